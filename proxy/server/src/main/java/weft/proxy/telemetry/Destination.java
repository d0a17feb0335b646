package weft.proxy.telemetry;

import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.Endpoint;
import weft.routing.snapshot.ProxyIdentity;

/**
 * Names of the two ends of a request, as Istio tells them. Immutable.
 *
 * @param service registry host name; {@value Peer#UNKNOWN} when no service took the request
 * @param serviceName short name of a Kubernetes service, else the whole host
 */
record Destination(String service, String serviceName, String namespace, Peer peer) {
    private static final String KUBERNETES_INFIX = ".svc.";

    /** A destination and the address that was taken there, empty when there was none. Immutable. */
    record Upstream(Destination destination, String hostPort) {}

    /** One end. Immutable. */
    record Peer(String workload, String namespace, String app, String version) {
        static final String UNKNOWN = "unknown";
        static final Peer NOBODY = new Peer(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN);

        static Peer of(ProxyIdentity identity) {
            return of(identity.workload(), identity.namespace(), identity.labels());
        }

        static Peer of(String workload, String namespace, Map<String, String> labels) {
            return new Peer(
                    known(workload),
                    known(namespace),
                    known(labels.getOrDefault("app", "")),
                    known(labels.getOrDefault("version", "")));
        }

        private static String known(String value) {
            return value.isEmpty() ? UNKNOWN : value;
        }
    }

    /**
     * Works destinations out, and remembers those of the endpoints in use. Confined to the telemetry thread.
     *
     * <p>Endpoints and clusters are shared between snapshots while unchanged, so the reference is a good key; the memory
     * starts anew when it is full.
     */
    static final class Resolver {
        private static final int MAX_REMEMBERED = 4096;

        private final Peer self;
        private final Map<Endpoint, Map<Cluster, Upstream>> remembered = new IdentityHashMap<>();

        Resolver(ProxyIdentity identity) {
            self = Peer.of(identity);
        }

        /** This proxy's own workload. */
        Peer self() {
            return self;
        }

        Upstream of(Finished ended) {
            Cluster cluster = ended.cluster();
            Endpoint endpoint = ended.endpoint();
            if (cluster == null || endpoint == null) {
                return Destination.of(self, ended.inbound(), cluster, ended.clusterName(), endpoint);
            }
            Map<Cluster, Upstream> byCluster = remembered.get(endpoint);
            Upstream known = byCluster == null ? null : byCluster.get(cluster);
            if (known == null) {
                known = Destination.of(self, ended.inbound(), cluster, ended.clusterName(), endpoint);
                remember(endpoint, cluster, known);
            }
            return known;
        }

        private void remember(Endpoint endpoint, Cluster cluster, Upstream upstream) {
            if (remembered.size() >= MAX_REMEMBERED) {
                remembered.clear();
            }
            remembered.computeIfAbsent(endpoint, e -> new IdentityHashMap<>(2)).put(cluster, upstream);
        }
    }

    /** Works it out: on the way in it is this proxy's own workload, else what is known of cluster and endpoint. */
    static Upstream of(
            Peer self,
            boolean inbound,
            @Nullable Cluster cluster,
            @Nullable String clusterName,
            @Nullable Endpoint endpoint) {
        String service = cluster != null ? cluster.service() : serviceOf(clusterName);
        String namespace = cluster != null ? Peer.known(cluster.namespace()) : Peer.UNKNOWN;
        String hostPort = endpoint == null ? "" : endpoint.hostPort();
        if (inbound) {
            return new Upstream(new Destination(service, shortName(service), self.namespace(), self), hostPort);
        }
        Peer peer = endpoint == null
                ? new Peer(Peer.UNKNOWN, namespace, Peer.UNKNOWN, Peer.UNKNOWN)
                : Peer.of(endpoint.workload(), namespace, endpoint.labels());
        return new Upstream(new Destination(service, shortName(service), namespace, peer), hostPort);
    }

    /** Host of a cluster that does not exist, from outbound|port|subset|host; a name without bars is told whole. */
    private static String serviceOf(@Nullable String clusterName) {
        if (clusterName == null) {
            return Peer.UNKNOWN;
        }
        return Peer.known(clusterName.substring(clusterName.lastIndexOf('|') + 1));
    }

    private static String shortName(String service) {
        int dot = service.indexOf('.');
        return dot > 0 && service.contains(KUBERNETES_INFIX) ? service.substring(0, dot) : service;
    }
}
