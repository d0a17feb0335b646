package weft.routing.cluster;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Limits and timeouts towards one cluster. Immutable. Istio DestinationRule, connectionPool; Istio's defaults.
 *
 * @param maxConnections per proxy and cluster
 * @param maxPendingRequests waiting for a connection
 * @param maxRequests in flight
 * @param maxRequestsPerConnection 0 for no limit, 1 disables keep-alive
 * @param maxRetries in flight; a retry budget takes its place
 * @param idleTimeoutMillis of an unused connection
 * @param maxConnectionDurationMillis age at which a connection takes no more requests; 0 for none
 * @param tcpKeepalive null leaves dead peers to the timeouts
 * @param retryBudget null leaves retries to maxRetries
 */
public record ConnectionPoolSettings(
        long maxConnections,
        long connectTimeoutMillis,
        long maxPendingRequests,
        long maxRequests,
        long maxRequestsPerConnection,
        long maxRetries,
        long idleTimeoutMillis,
        long maxConnectionDurationMillis,
        @Nullable TcpKeepalive tcpKeepalive,
        @Nullable RetryBudget retryBudget) {
    public static final long UNLIMITED = 0xFFFF_FFFFL;
    public static final ConnectionPoolSettings DEFAULT =
            new ConnectionPoolSettings(UNLIMITED, 10_000, UNLIMITED, UNLIMITED, 0, UNLIMITED, 3_600_000, 0);

    /** Without keepalive and retry budget, as by default. */
    public ConnectionPoolSettings(
            long maxConnections,
            long connectTimeoutMillis,
            long maxPendingRequests,
            long maxRequests,
            long maxRequestsPerConnection,
            long maxRetries,
            long idleTimeoutMillis,
            long maxConnectionDurationMillis) {
        this(
                maxConnections,
                connectTimeoutMillis,
                maxPendingRequests,
                maxRequests,
                maxRequestsPerConnection,
                maxRetries,
                idleTimeoutMillis,
                maxConnectionDurationMillis,
                null,
                null);
    }

    /** Whether connections made by the one serve the other; how many may wait, be in flight or tried again is not asked. */
    public boolean connectsAlike(ConnectionPoolSettings other) {
        return maxConnections == other.maxConnections
                && connectTimeoutMillis == other.connectTimeoutMillis
                && maxRequestsPerConnection == other.maxRequestsPerConnection
                && idleTimeoutMillis == other.idleTimeoutMillis
                && maxConnectionDurationMillis == other.maxConnectionDurationMillis
                && Objects.equals(tcpKeepalive, other.tcpKeepalive);
    }

    /** Whether retries are limited alike. */
    public boolean allowsSameRetries(ConnectionPoolSettings other) {
        return maxRetries == other.maxRetries && Objects.equals(retryBudget, other.retryBudget);
    }

    /** The same with another time to connect in. */
    public ConnectionPoolSettings connectTimeout(long millis) {
        return new ConnectionPoolSettings(
                maxConnections,
                millis,
                maxPendingRequests,
                maxRequests,
                maxRequestsPerConnection,
                maxRetries,
                idleTimeoutMillis,
                maxConnectionDurationMillis,
                tcpKeepalive,
                retryBudget);
    }
}
