package weft.proxy.server;

import java.util.Map;
import java.util.TreeMap;
import weft.proxy.exchange.DataPlane;
import weft.proxy.telemetry.MetricSource;
import weft.proxy.upstream.ClusterRuntime;
import weft.proxy.upstream.ConnectionCounts;
import weft.proxy.upstream.EndpointState;
import weft.proxy.upstream.OutlierCause;
import weft.proxy.upstream.OutlierCounts;
import weft.proxy.upstream.RequestCounts;

/** Envoy's figures of the clusters in service, under Envoy's names and Istio's label. Thread-safe. */
public final class ClusterMetrics implements MetricSource {
    /**
     * Clusters told of, those in use first: each costs six series here, in every metric batch and wherever they are kept,
     * and a gateway may know many thousands of which few are used.
     */
    private static final int MAX_CLUSTERS = 1_000;

    private final DataPlane dataPlane;

    public ClusterMetrics(DataPlane dataPlane) {
        this.dataPlane = dataPlane;
    }

    @Override
    public void collect(Output out) {
        Map<String, ClusterRuntime> clusters = dataPlane.serving().clusters();
        Map<String, ClusterRuntime> told = new TreeMap<>();
        addTo(told, clusters, true);
        addTo(told, clusters, false);
        told.forEach((name, cluster) -> tell(out, Map.of("cluster_name", name), cluster));
    }

    private static void addTo(Map<String, ClusterRuntime> told, Map<String, ClusterRuntime> all, boolean isUsed) {
        all.forEach((name, cluster) -> {
            if (told.size() < MAX_CLUSTERS && cluster.connections().total() > 0 == isUsed) {
                told.put(name, cluster);
            }
        });
    }

    private static void tell(Output out, Map<String, String> labels, ClusterRuntime cluster) {
        ConnectionCounts connections = cluster.connections();
        out.counter("envoy_cluster_upstream_cx_total", "Connections begun to upstreams.", labels, connections.total());
        out.counter(
                "envoy_cluster_upstream_cx_connect_fail",
                "Connections to upstreams that failed to open.",
                labels,
                connections.failed());
        out.gauge("envoy_cluster_upstream_cx_active", "Connections to upstreams.", labels, connections.active());
        tellFailures(out, labels, cluster);
        OutlierCounts outliers = cluster.outliers();
        if (outliers != null) {
            tellOutliers(out, labels, outliers);
        }
        long requests = 0;
        int members = 0;
        int healthy = 0;
        for (EndpointState endpoint : cluster.endpoints()) {
            requests += endpoint.activeRequests();
            members++;
            healthy += endpoint.isHealthy() ? 1 : 0;
        }
        out.gauge("envoy_cluster_upstream_rq_active", "Requests at upstreams.", labels, requests);
        out.gauge("envoy_cluster_membership_total", "Endpoints of the cluster.", labels, members);
        out.gauge("envoy_cluster_membership_healthy", "Endpoints that nothing speaks against.", labels, healthy);
    }

    /** Only what happened: most clusters have none of it, and each costs a series. */
    private static void tellFailures(Output out, Map<String, String> labels, ClusterRuntime cluster) {
        RequestCounts requests = cluster.requestCounts();
        count(out, labels, "upstream_cx_overflow", cluster.connections().overflows());
        count(out, labels, "upstream_rq_pending_overflow", requests.pendingOverflows());
        count(out, labels, "upstream_rq_retry", requests.retries());
        count(out, labels, "upstream_rq_retry_success", requests.retrySuccesses());
        count(out, labels, "upstream_rq_retry_overflow", requests.retryOverflows());
        count(out, labels, "upstream_rq_retry_limit_exceeded", requests.retryLimits());
        count(out, labels, "upstream_rq_timeout", requests.timeouts());
        count(out, labels, "upstream_rq_per_try_timeout", requests.perTryTimeouts());
        if (requests.droppedShadows() > 0) {
            out.counter(
                    "weft_cluster_shadow_rq_dropped_total",
                    "Copies for a mirror that it had no room for, or took too slowly.",
                    labels,
                    requests.droppedShadows());
        }
    }

    private static void tellOutliers(Output out, Map<String, String> labels, OutlierCounts outliers) {
        out.gauge(
                "envoy_cluster_outlier_detection_ejections_active",
                "Endpoints that outlier detection took out.",
                labels,
                outliers.active());
        count(out, labels, "outlier_detection_ejections_enforced_total", outliers.enforcedTotal());
        count(out, labels, "outlier_detection_ejections_overflow", outliers.overflows());
        for (OutlierCause cause : OutlierCause.values()) {
            String name = "outlier_detection_ejections_";
            count(out, labels, name + "detected_" + cause.words(), outliers.detected(cause));
            count(out, labels, name + "enforced_" + cause.words(), outliers.enforced(cause));
        }
    }

    private static void count(Output out, Map<String, String> labels, String name, long value) {
        if (value > 0) {
            out.counter("envoy_cluster_" + name, "As Envoy counts it for the cluster.", labels, value);
        }
    }
}
