package weft.routing.compile;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.Cluster.Discovery;
import weft.routing.cluster.Cluster.LbPolicy;
import weft.routing.cluster.ConnectionPoolSettings;
import weft.routing.cluster.Endpoint;
import weft.routing.cluster.HealthCheck;
import weft.routing.cluster.LoadBalancing;
import weft.routing.registry.Instance;
import weft.routing.registry.Service;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.InboundPort;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.schema.Subset;

/** Services to clusters: one per port, and one more per port and subset. Thread-safe: functions only. */
final class Clusters {
    static final String PASSTHROUGH = "PassthroughCluster";
    static final String INBOUND_PASSTHROUGH = "InboundPassthroughCluster";

    private Clusters() {}

    /** The clusters of one service, as one proxy uses them. */
    static void compile(
            Service service,
            DestinationRules.@Nullable Merged rule,
            HealthChecks checks,
            ProxyIdentity identity,
            Map<String, Cluster> to) {
        // Nobody addressed an instance of the service at a gateway, so that one of those that are known is chosen.
        Discovery discovery = identity.mode() == Mode.GATEWAY && service.discovery() == Discovery.ORIGINAL_DST
                ? Discovery.STATIC
                : service.discovery();
        for (Service.Port port : service.ports()) {
            EffectivePolicy host =
                    rule == null ? EffectivePolicy.NONE : EffectivePolicy.NONE.overlaid(rule.policy(), port.number());
            put(cluster(identity, service, discovery, port, "", Map.of(), host, checks), to);
            if (rule == null) {
                continue;
            }
            for (Subset subset : rule.subsets()) {
                EffectivePolicy policy = host.overlaid(subset.getTrafficPolicy(), port.number());
                put(
                        cluster(
                                identity,
                                service,
                                discovery,
                                port,
                                subset.getName(),
                                subset.getLabels(),
                                policy,
                                checks),
                        to);
            }
        }
    }

    private static void put(Cluster cluster, Map<String, Cluster> to) {
        to.putIfAbsent(cluster.name(), cluster);
    }

    private static Cluster cluster(
            ProxyIdentity identity,
            Service service,
            Discovery discovery,
            Service.Port port,
            String subset,
            Map<String, String> labels,
            EffectivePolicy policy,
            HealthChecks checks) {
        HealthCheck check = checks.lookup(service, port.number(), subset);
        LoadBalancing balancing = Balancing.of(policy, check != null, identity);
        return new Cluster(
                Cluster.nameOf("outbound", port.number(), subset, service.host()),
                service.host(),
                service.namespace(),
                port.number(),
                subset,
                discovery == Discovery.STATIC && balancing.policy() == LbPolicy.PASSTHROUGH
                        ? Discovery.ORIGINAL_DST
                        : discovery,
                endpoints(service, port, labels),
                balancing,
                ConnectionPools.compile(policy.connectionPool(), policy.retryBudget()),
                Outliers.compile(policy.outlierDetection()),
                check);
    }

    private static List<Endpoint> endpoints(Service service, Service.Port port, Map<String, String> labels) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (Instance instance : service.instances()) {
            if (instance.hasLabels(labels) && instance.portFor(port) != 0) {
                endpoints.add(new Endpoint(
                        instance.address(),
                        instance.portFor(port),
                        instance.weight(),
                        instance.labels(),
                        instance.locality(),
                        instance.workload()));
            }
        }
        return endpoints;
    }

    /** The application behind one port of a sidecar; named after its workload while no service is known for it. */
    static Cluster inbound(InboundPort port, @Nullable Service service, String workload) {
        return new Cluster(
                inboundName(port),
                service == null ? workload : service.host(),
                service == null ? "" : service.namespace(),
                port.servicePort(),
                "",
                Discovery.STATIC,
                List.of(new Endpoint(port.targetAddress(), port.targetPort(), 1, Map.of(), "", workload)),
                LoadBalancing.of(LbPolicy.ROUND_ROBIN),
                ConnectionPoolSettings.DEFAULT);
    }

    static String inboundName(InboundPort port) {
        return Cluster.nameOf("inbound", port.servicePort(), "", "");
    }

    /** Where connections to unknown places go when that is not allowed: nowhere. */
    static Cluster blackHole() {
        return new Cluster(
                OutboundFilterChains.BLACK_HOLE,
                OutboundFilterChains.BLACK_HOLE,
                "",
                0,
                "",
                Discovery.STATIC,
                List.of(),
                LoadBalancing.of(LbPolicy.ROUND_ROBIN),
                ConnectionPoolSettings.DEFAULT);
    }

    /** Where requests for unknown hosts go: the address they were sent to. */
    static Cluster passthrough(String name) {
        return new Cluster(
                name,
                name,
                "",
                0,
                "",
                Discovery.ORIGINAL_DST,
                List.of(),
                LoadBalancing.of(LbPolicy.PASSTHROUGH),
                ConnectionPoolSettings.DEFAULT);
    }
}
