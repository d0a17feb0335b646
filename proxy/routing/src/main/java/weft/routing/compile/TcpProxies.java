package weft.routing.compile;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.routing.cluster.Cluster;
import weft.routing.registry.Service;
import weft.routing.route.HeaderOperations;
import weft.routing.route.RuleRef;
import weft.routing.route.WeightedCluster;
import weft.routing.snapshot.CidrRange;
import weft.routing.snapshot.NetworkFilter.TcpProxy;
import weft.schema.ConnectionPoolSettings;
import weft.schema.ConnectionPoolTCP;
import weft.schema.Destination;
import weft.schema.RouteDestination;
import weft.schema.TrafficPolicy;

/** The tcp and tls entries of VirtualServices to {@link TcpProxy}, and their predicates. Confined to one compilation. */
final class TcpProxies {
    private static final long DEFAULT_IDLE_MILLIS = 3_600_000;

    private final ProxyView view;
    private final Destinations destinations;

    TcpProxies(ProxyView view, Destinations destinations) {
        this.view = view;
        this.destinations = destinations;
    }

    /** Weighted over the destinations; null when there is none, as of an entry without route. */
    @Nullable
    TcpProxy compile(List<RouteDestination> route, VirtualServiceView service, String path, int port) {
        List<WeightedCluster> clusters = new ArrayList<>();
        for (RouteDestination target : route) {
            Destination destination = target.getDestination();
            boolean isShareless = route.size() > 1 && target.getWeight() <= 0;
            if (destination != null && !isShareless) {
                clusters.add(cluster(
                        destinations.cluster(destination, service.namespace(), port),
                        Destinations.host(destination, service.namespace()),
                        destination.getSubset(),
                        route.size() == 1 ? 1 : target.getWeight()));
            }
        }
        if (clusters.isEmpty()) {
            return null;
        }
        String statPrefix = clusters.size() == 1
                ? clusters.get(0).cluster()
                : service.rule().key().name() + "." + service.namespace();
        return proxy(clusters, statPrefix, firstHost(route, service), HttpRoutes.ref(service.rule(), path));
    }

    private static String firstHost(List<RouteDestination> route, VirtualServiceView service) {
        Destination first = route.get(0).getDestination();
        return first == null ? "" : Destinations.host(first, service.namespace());
    }

    /** Ends as the DestinationRule of the first destination says for the host as a whole: Istio asks no other. */
    private TcpProxy proxy(List<WeightedCluster> clusters, String statPrefix, String host, @Nullable RuleRef rule) {
        ConnectionPoolTCP tcp = pool(host);
        Long idle = tcp == null ? null : tcp.getIdleTimeout();
        Long duration = tcp == null ? null : tcp.getMaxConnectionDuration();
        return new TcpProxy(
                clusters, statPrefix, idle == null ? DEFAULT_IDLE_MILLIS : idle, duration == null ? 0 : duration, rule);
    }

    private @Nullable ConnectionPoolTCP pool(String host) {
        Service service = view.services().service(view.services().concrete(host));
        DestinationRules.Merged rule =
                service == null ? null : view.destinationRules().lookup(service.host(), service.namespace());
        TrafficPolicy policy = rule == null ? null : rule.policy();
        ConnectionPoolSettings pool = policy == null ? null : policy.getConnectionPool();
        return pool == null ? null : pool.getTcp();
    }

    /** What Istio does by default: everything to one cluster. */
    static TcpProxy toCluster(String cluster, String host) {
        return new TcpProxy(List.of(cluster(cluster, host, "", 1)), cluster, DEFAULT_IDLE_MILLIS, 0, null);
    }

    /** To a port of a service. */
    TcpProxy toService(String host, int port, String subset) {
        String name = Cluster.nameOf("outbound", port, subset, host);
        return proxy(List.of(cluster(name, host, subset, 1)), name, host, null);
    }

    private static WeightedCluster cluster(String name, String host, String subset, int weight) {
        return new WeightedCluster(name, host, subset, weight, HeaderOperations.NONE, HeaderOperations.NONE);
    }

    /** The conditions that a match puts on proxy and port, which hold or fail for all connections alike. */
    record Predicates(long port, List<String> gateways, Map<String, String> sourceLabels, String sourceNamespace) {}

    /** Whether they hold on a sidecar's listener; {@code gateways} replaces those of the VirtualService. */
    boolean holdOnSidecar(Predicates match, String namespace, int port) {
        return (match.port() == 0 || match.port() == port)
                && isFor(match, namespace, VirtualServiceView.MESH)
                && view.identity()
                        .labels()
                        .entrySet()
                        .containsAll(match.sourceLabels().entrySet())
                && (match.sourceNamespace().isEmpty()
                        || match.sourceNamespace().equals(view.identity().namespace()));
    }

    /** Whether they hold on a gateway's server, where nothing is known about the source. */
    static boolean holdOnGateway(Predicates match, String namespace, int port, String gateway) {
        return (match.port() == 0 || match.port() == port) && isFor(match, namespace, gateway);
    }

    private static boolean isFor(Predicates match, String namespace, String gateway) {
        if (match.gateways().isEmpty()) {
            return true;
        }
        Set<String> named = VirtualServiceView.gateways(match.gateways(), namespace);
        return named.contains(gateway);
    }

    /** Those of the texts that are blocks of addresses. */
    static List<CidrRange> ranges(List<String> texts) {
        List<CidrRange> ranges = new ArrayList<>();
        for (String text : texts) {
            CidrRange range = CidrRange.parse(text);
            if (range != null) {
                ranges.add(range);
            }
        }
        return ranges;
    }
}
