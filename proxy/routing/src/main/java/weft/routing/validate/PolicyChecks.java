package weft.routing.validate;

import org.jspecify.annotations.Nullable;
import weft.schema.ConnectionPoolHTTP;
import weft.schema.ConnectionPoolSettings;
import weft.schema.H2UpgradePolicy;
import weft.schema.OutlierDetection;
import weft.schema.PortTrafficPolicy;
import weft.schema.TrafficPolicy;
import weft.schema.TunnelSettings;

/** Traffic policies of a DestinationRule, a subset or a port. Thread-safe: functions only. */
final class PolicyChecks {
    private PolicyChecks() {}

    static void trafficPolicy(String namespace, @Nullable TrafficPolicy policy, Problems problems) {
        if (policy == null) {
            return;
        }
        boolean says = policy.getOutlierDetection() != null
                || policy.getConnectionPool() != null
                || policy.getLoadBalancer() != null
                || policy.getTls() != null
                || !policy.getPortLevelSettings().isEmpty()
                || policy.getTunnel() != null
                || policy.getProxyProtocol() != null
                || policy.getRetryBudget() != null;
        problems.require(says, "is empty (expected: one setting at least)");
        problems.require(
                policy.getTunnel() == null || policy.getProxyProtocol() == null,
                "tunnel beside proxyProtocol (expected: one of them)");
        outlier(policy.getOutlierDetection(), problems.at("outlierDetection"));
        connectionPool(policy.getConnectionPool(), problems.at("connectionPool"));
        BalancerChecks.check(policy.getLoadBalancer(), policy.getOutlierDetection(), problems.at("loadBalancer"));
        ClientTls.check(namespace, policy.getTls(), problems.at("tls"));
        for (int i = 0; i < policy.getPortLevelSettings().size(); i++) {
            port(namespace, policy.getPortLevelSettings().get(i), problems.at("portLevelSettings", i));
        }
        tunnel(policy.getTunnel(), problems.at("tunnel"));
    }

    private static void port(String namespace, PortTrafficPolicy policy, Problems problems) {
        problems.at("port").require(policy.getPort() != null, "is missing");
        boolean says = policy.getOutlierDetection() != null
                || policy.getConnectionPool() != null
                || policy.getLoadBalancer() != null
                || policy.getTls() != null;
        problems.require(says, "is empty (expected: one setting at least)");
        outlier(policy.getOutlierDetection(), problems.at("outlierDetection"));
        connectionPool(policy.getConnectionPool(), problems.at("connectionPool"));
        BalancerChecks.check(policy.getLoadBalancer(), policy.getOutlierDetection(), problems.at("loadBalancer"));
        ClientTls.check(namespace, policy.getTls(), problems.at("tls"));
    }

    private static void outlier(@Nullable OutlierDetection outlier, Problems problems) {
        if (outlier == null) {
            return;
        }
        if (outlier.getConsecutiveErrors() != 0) {
            problems.at("consecutiveErrors").warning("is deprecated (expected: consecutive5xxErrors)");
        }
        Long local = outlier.getConsecutiveLocalOriginFailures();
        problems.at("consecutiveLocalOriginFailures")
                .require(
                        local == null || local == 0 || outlier.getSplitExternalLocalOriginErrors(),
                        "needs splitExternalLocalOriginErrors: true");
        problems.at("maxEjectionPercent").range(outlier.getMaxEjectionPercent(), 0, 100);
        problems.at("minHealthPercent").range(outlier.getMinHealthPercent(), 0, 100);
    }

    static void connectionPool(@Nullable ConnectionPoolSettings pool, Problems problems) {
        if (pool == null) {
            return;
        }
        problems.require(pool.getHttp() != null || pool.getTcp() != null, "is empty (expected: tcp or http)");
        if (pool.getTcp() != null) {
            atLeastZero(pool.getTcp().getMaxConnections(), problems.at("tcp.maxConnections"));
        }
        if (pool.getHttp() != null) {
            http(pool.getHttp(), problems.at("http"));
        }
    }

    private static void http(ConnectionPoolHTTP http, Problems problems) {
        atLeastZero(http.getHttp1MaxPendingRequests(), problems.at("http1MaxPendingRequests"));
        atLeastZero(http.getHttp2MaxRequests(), problems.at("http2MaxRequests"));
        atLeastZero(http.getMaxRequestsPerConnection(), problems.at("maxRequestsPerConnection"));
        atLeastZero(http.getMaxRetries(), problems.at("maxRetries"));
        atLeastZero(http.getMaxConcurrentStreams(), problems.at("maxConcurrentStreams"));
        problems.at("useClientProtocol")
                .require(
                        !http.getUseClientProtocol() || http.getH2UpgradePolicy() != H2UpgradePolicy.UPGRADE,
                        "true beside h2UpgradePolicy UPGRADE (expected: one of them)");
        if (http.getHttp2KeepAlive() != null) {
            problems.at("http2KeepAlive.interval")
                    .require(http.getHttp2KeepAlive().getInterval() != null, "is missing");
            problems.at("http2KeepAlive.timeout")
                    .require(http.getHttp2KeepAlive().getTimeout() != null, "is missing");
        }
    }

    private static void atLeastZero(int value, Problems problems) {
        problems.require(value >= 0, value + " (expected: 0 or more)");
    }

    private static void tunnel(@Nullable TunnelSettings tunnel, Problems problems) {
        if (tunnel == null) {
            return;
        }
        String protocol = tunnel.getProtocol();
        problems.at("protocol")
                .require(
                        protocol.isEmpty() || protocol.equals("CONNECT") || protocol.equals("POST"),
                        "\"" + protocol + "\" (expected: CONNECT or POST)");
        String host = tunnel.getTargetHost();
        problems.at("targetHost")
                .require(
                        IpAddress.isValid(host) || Syntax.isDomain(host, false),
                        "\"" + host + "\" (expected: a host name or an IP address)");
        problems.at("targetPort").port(tunnel.getTargetPort());
    }
}
