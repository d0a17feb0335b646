package weft.routing.cluster;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One upstream: a service's port and subset with its endpoints and policies. Immutable.
 *
 * @param name xDS name, as {@code outbound|9080|v1|reviews.default.svc.cluster.local}
 * @param service registry host name; for an inbound cluster that of the service its workload stands for, or else the
 *     workload
 * @param namespace namespace of the service, empty when there is none
 * @param subset empty for none
 * @param outlierDetection null for none
 * @param healthCheck how its endpoints are probed, null for not at all
 */
public record Cluster(
        String name,
        String service,
        String namespace,
        int port,
        String subset,
        Discovery discovery,
        List<Endpoint> endpoints,
        LoadBalancing loadBalancing,
        ConnectionPoolSettings connectionPool,
        @Nullable OutlierDetection outlierDetection,
        @Nullable HealthCheck healthCheck) {

    /** Where endpoints come from, in Envoy's words. */
    public enum Discovery {
        STATIC,
        STRICT_DNS,
        LOGICAL_DNS,
        ORIGINAL_DST,
        /** The host that each request names, below the service's own; the one endpoint only says at which port. */
        DYNAMIC_FORWARD_PROXY
    }

    /** Istio DestinationRule, loadBalancer.simple; the last two by loadBalancer.consistentHash. */
    public enum LbPolicy {
        LEAST_REQUEST,
        ROUND_ROBIN,
        RANDOM,
        PASSTHROUGH,
        RING_HASH,
        MAGLEV
    }

    public Cluster {
        endpoints = List.copyOf(endpoints);
    }

    /** A cluster whose endpoints nobody probes. */
    public Cluster(
            String name,
            String service,
            String namespace,
            int port,
            String subset,
            Discovery discovery,
            List<Endpoint> endpoints,
            LoadBalancing loadBalancing,
            ConnectionPoolSettings connectionPool) {
        this(name, service, namespace, port, subset, discovery, endpoints, loadBalancing, connectionPool, null, null);
    }

    public LbPolicy lbPolicy() {
        return loadBalancing.policy();
    }

    /** {@code outbound|port|subset|host}, Istio's name of a cluster. */
    public static String nameOf(String direction, int port, String subset, String host) {
        return direction + "|" + port + "|" + subset + "|" + host;
    }
}
