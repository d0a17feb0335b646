package weft.routing.cluster;

/**
 * Limits and timeouts towards one cluster. Immutable. Istio DestinationRule, connectionPool; Istio's defaults.
 *
 * @param maxConnections per proxy and cluster
 * @param maxPendingRequests waiting for a connection
 * @param maxRequests in flight
 * @param maxRequestsPerConnection 0 for no limit, 1 disables keep-alive
 * @param maxRetries in flight
 * @param idleTimeoutMillis of an unused connection
 */
public record ConnectionPoolSettings(
        long maxConnections,
        long connectTimeoutMillis,
        long maxPendingRequests,
        long maxRequests,
        long maxRequestsPerConnection,
        long maxRetries,
        long idleTimeoutMillis,
        long maxConnectionDurationMillis) {
    public static final long UNLIMITED = 0xFFFF_FFFFL;
    public static final ConnectionPoolSettings DEFAULT =
            new ConnectionPoolSettings(UNLIMITED, 10_000, UNLIMITED, UNLIMITED, 0, UNLIMITED, 3_600_000, 0);
}
