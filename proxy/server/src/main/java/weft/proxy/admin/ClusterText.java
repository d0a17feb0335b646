package weft.proxy.admin;

import java.util.List;
import java.util.function.ObjLongConsumer;
import weft.proxy.upstream.ClusterRuntime;
import weft.proxy.upstream.ConnectionCounts;
import weft.proxy.upstream.EndpointState;
import weft.proxy.upstream.OutlierCause;
import weft.proxy.upstream.OutlierCounts;
import weft.proxy.upstream.RequestCounts;
import weft.proxy.upstream.Unhealthy;
import weft.routing.cluster.ConnectionPoolSettings;

/** Clusters as Envoy's {@code /clusters} and {@code /stats} write them. Thread-safe: functions only. */
final class ClusterText {
    private ClusterText() {}

    static void write(ClusterRuntime cluster, StringBuilder text) {
        String name = cluster.cluster().name();
        line(text, name, "type", cluster.cluster().discovery());
        line(text, name, "lb_policy", cluster.cluster().lbPolicy());
        ConnectionPoolSettings pool = cluster.cluster().connectionPool();
        line(text, name, "default_priority::max_connections", pool.maxConnections());
        line(text, name, "default_priority::max_pending_requests", pool.maxPendingRequests());
        line(text, name, "default_priority::max_requests", pool.maxRequests());
        line(text, name, "default_priority::max_retries", cluster.maxRetries());
        List<EndpointState> endpoints = cluster.endpoints();
        int[] priorities = cluster.priorities();
        for (int i = 0; i < endpoints.size(); i++) {
            EndpointState endpoint = endpoints.get(i);
            String prefix = name + "::" + endpoint.hostPort();
            line(text, prefix, "cx_active", endpoint.openConnections());
            line(text, prefix, "cx_connect_fail", endpoint.connectFailures());
            line(text, prefix, "cx_total", endpoint.connects());
            line(text, prefix, "rq_active", endpoint.activeRequests());
            line(text, prefix, "rq_error", endpoint.errors());
            line(text, prefix, "rq_timeout", endpoint.timeouts());
            line(text, prefix, "rq_total", endpoint.requests());
            line(text, prefix, "health_flags", healthFlags(endpoint));
            line(text, prefix, "weight", endpoint.endpoint().weight());
            line(text, prefix, "locality", endpoint.endpoint().locality());
            line(text, prefix, "priority", i < priorities.length ? priorities[i] : 0);
        }
    }

    private static void line(StringBuilder text, String prefix, String name, Object value) {
        text.append(prefix).append("::").append(name).append("::").append(value).append('\n');
    }

    /** In Envoy's words. */
    private static String healthFlags(EndpointState endpoint) {
        StringBuilder flags = new StringBuilder();
        flags.append(endpoint.is(Unhealthy.FAILED_CHECK) ? "/failed_active_hc" : "");
        flags.append(endpoint.is(Unhealthy.EJECTED) ? "/failed_outlier_check" : "");
        flags.append(endpoint.is(Unhealthy.DRAINING) ? "/eds_status_draining" : "");
        return flags.isEmpty() ? "healthy" : flags.toString();
    }

    /** Counters under their names in Envoy, without the prefix of the cluster. */
    static void stats(ClusterRuntime cluster, ObjLongConsumer<String> to) {
        ConnectionCounts connections = cluster.connections();
        to.accept("shadow_rq_dropped", cluster.requestCounts().droppedShadows());
        to.accept("upstream_cx_active", connections.active());
        to.accept("upstream_cx_connect_fail", connections.failed());
        to.accept("upstream_cx_overflow", connections.overflows());
        to.accept("upstream_cx_total", connections.total());
        RequestCounts requests = cluster.requestCounts();
        to.accept("upstream_rq_pending_overflow", requests.pendingOverflows());
        to.accept("upstream_rq_per_try_timeout", requests.perTryTimeouts());
        to.accept("upstream_rq_retry", requests.retries());
        to.accept("upstream_rq_retry_limit_exceeded", requests.retryLimits());
        to.accept("upstream_rq_retry_overflow", requests.retryOverflows());
        to.accept("upstream_rq_retry_success", requests.retrySuccesses());
        to.accept("upstream_rq_timeout", requests.timeouts());
        OutlierCounts outliers = cluster.outliers();
        if (outliers != null) {
            to.accept("outlier_detection.ejections_active", outliers.active());
            to.accept("outlier_detection.ejections_enforced_total", outliers.enforcedTotal());
            to.accept("outlier_detection.ejections_overflow", outliers.overflows());
            for (OutlierCause cause : OutlierCause.values()) {
                to.accept("outlier_detection.ejections_detected_" + cause.words(), outliers.detected(cause));
                to.accept("outlier_detection.ejections_enforced_" + cause.words(), outliers.enforced(cause));
            }
        }
    }
}
