package weft.routing.cluster;

import java.util.Set;

/**
 * When an endpoint is ejected for what its answers look like, and for how long. Immutable. Istio DestinationRule,
 * outlierDetection; Envoy's defaults where Istio has none.
 *
 * @param consecutive5xx failures in a row that eject; 0 for off
 * @param consecutiveGatewayFailure 502, 503 or 504 in a row that eject; 0 for off
 * @param splitExternalLocalOriginErrors whether failures to reach an endpoint are told from bad answers
 * @param consecutiveLocalOriginFailure failures in a row to reach an endpoint that eject, when split; 0 for off
 * @param intervalMillis between two sweeps that readmit endpoints
 * @param baseEjectionMillis of the first ejection; the next ones are as many times as long, up to
 *     {@link #maxEjectionMillis}
 * @param maxEjectionPercent of the endpoints that may be ejected at once: with the default of 10 none of nine or less
 * @param errorCodes status codes that count as failures instead of 5xx; empty for 5xx
 */
public record OutlierDetection(
        long consecutive5xx,
        long consecutiveGatewayFailure,
        boolean splitExternalLocalOriginErrors,
        long consecutiveLocalOriginFailure,
        long intervalMillis,
        long baseEjectionMillis,
        int maxEjectionPercent,
        Set<Integer> errorCodes) {
    private static final long MAX_EJECTION_MILLIS = 300_000;

    /** What an empty block means. */
    public static final OutlierDetection DEFAULT = new OutlierDetection(5, 0, false, 5, 10_000, 30_000, 10, Set.of());

    public OutlierDetection {
        errorCodes = Set.copyOf(errorCodes);
    }

    /** Bound of one ejection's length, as Envoy has it: 300 s, or the base when that is longer. */
    public long maxEjectionMillis() {
        return Math.max(MAX_EJECTION_MILLIS, baseEjectionMillis);
    }

    /** Length of an ejection that is the n-th of late. */
    public long ejectionMillis(int n) {
        return n > maxEjectionMillis() / baseEjectionMillis
                ? maxEjectionMillis()
                : Math.min(n * baseEjectionMillis, maxEjectionMillis());
    }

    /** Whether one more of so many endpoints may be ejected while some are already. */
    public boolean mayEject(int ejected, int endpoints) {
        return 100.0 * (ejected + 1) / endpoints <= maxEjectionPercent;
    }

    /** The status a response counts as: itself, or what the list of error codes makes of it. */
    public int countedStatus(int status) {
        if (errorCodes.isEmpty()) {
            return status;
        }
        if (!errorCodes.contains(status)) {
            return 200;
        }
        return status >= 500 ? status : 500;
    }
}
