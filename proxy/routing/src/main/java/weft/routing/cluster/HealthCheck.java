package weft.routing.cluster;

/**
 * How the endpoints of a cluster are probed. Immutable. HealthCheckPolicy, with Envoy's meaning of each figure.
 *
 * @param intervalMillis from the end of one probe to the next
 * @param timeoutMillis of one probe, connecting included
 * @param unhealthyThreshold failures in a row that take an endpoint out
 * @param healthyThreshold successes in a row that bring it back; the first success of a new endpoint is enough
 * @param jitterMillis up to this is added to each interval
 * @param isShared whether one proxy probes for all
 * @param noTrafficMillis in place of the interval for an endpoint that passes and gets no requests
 */
public record HealthCheck(
        HealthProbe probe,
        long intervalMillis,
        long timeoutMillis,
        int unhealthyThreshold,
        int healthyThreshold,
        long jitterMillis,
        boolean isShared,
        long noTrafficMillis) {

    /** An endpoint without requests is probed as often as any other. */
    public HealthCheck(
            HealthProbe probe,
            long intervalMillis,
            long timeoutMillis,
            int unhealthyThreshold,
            int healthyThreshold,
            long jitterMillis,
            boolean isShared) {
        this(
                probe,
                intervalMillis,
                timeoutMillis,
                unhealthyThreshold,
                healthyThreshold,
                jitterMillis,
                isShared,
                intervalMillis);
    }
}
