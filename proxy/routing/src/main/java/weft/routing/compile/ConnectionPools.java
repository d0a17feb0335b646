package weft.routing.compile;

import org.jspecify.annotations.Nullable;
import weft.routing.cluster.ConnectionPoolSettings;
import weft.routing.cluster.RetryBudget;
import weft.routing.cluster.TcpKeepalive;
import weft.schema.ConnectionPoolHTTP;
import weft.schema.ConnectionPoolTCP;
import weft.schema.ConnectionPoolTCPKeepalive;

/** A DestinationRule's connectionPool and retryBudget to {@link ConnectionPoolSettings}. Thread-safe: functions only. */
final class ConnectionPools {
    private ConnectionPools() {}

    /** Other than Istio, a retry budget needs no connectionPool beside it to be in force. */
    static ConnectionPoolSettings compile(
            weft.schema.@Nullable ConnectionPoolSettings settings, weft.schema.@Nullable RetryBudget budget) {
        ConnectionPoolTCP tcp =
                settings == null || settings.getTcp() == null ? new ConnectionPoolTCP() : settings.getTcp();
        ConnectionPoolHTTP http =
                settings == null || settings.getHttp() == null ? new ConnectionPoolHTTP() : settings.getHttp();
        ConnectionPoolSettings unset = ConnectionPoolSettings.DEFAULT;
        return new ConnectionPoolSettings(
                limit(tcp.getMaxConnections()),
                millis(tcp.getConnectTimeout(), unset.connectTimeoutMillis()),
                limit(http.getHttp1MaxPendingRequests()),
                limit(http.getHttp2MaxRequests()),
                Math.max(0, http.getMaxRequestsPerConnection()),
                limit(http.getMaxRetries()),
                millis(http.getIdleTimeout(), millis(tcp.getIdleTimeout(), unset.idleTimeoutMillis())),
                millis(tcp.getMaxConnectionDuration(), unset.maxConnectionDurationMillis()),
                keepalive(tcp.getTcpKeepalive()),
                budget(budget));
    }

    private static long limit(int value) {
        return value <= 0 ? ConnectionPoolSettings.UNLIMITED : value;
    }

    private static long millis(@Nullable Long value, long unset) {
        return value == null ? unset : value;
    }

    private static @Nullable TcpKeepalive keepalive(@Nullable ConnectionPoolTCPKeepalive keepalive) {
        return keepalive == null
                ? null
                : new TcpKeepalive(
                        (int) Math.min(keepalive.getProbes(), Integer.MAX_VALUE),
                        seconds(keepalive.getTime()),
                        seconds(keepalive.getInterval()));
    }

    /** Sockets take whole seconds, one at least. */
    private static int seconds(@Nullable Long millis) {
        return millis == null ? 0 : (int) Math.min(Math.max(1, millis / 1_000), Integer.MAX_VALUE);
    }

    private static @Nullable RetryBudget budget(weft.schema.@Nullable RetryBudget budget) {
        return budget == null
                ? null
                : new RetryBudget(
                        budget.getPercent() == null ? RetryBudget.DEFAULT_PERCENT : budget.getPercent(),
                        budget.getMinRetryConcurrency() == 0
                                ? RetryBudget.DEFAULT_MIN_RETRY_CONCURRENCY
                                : budget.getMinRetryConcurrency(),
                        millis(budget.getBudgetInterval(), 0));
    }
}
