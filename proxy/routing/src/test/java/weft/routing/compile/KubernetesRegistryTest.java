package weft.routing.compile;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import weft.routing.TestRules;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.Cluster.Discovery;
import weft.routing.http.RequestHead;
import weft.routing.route.Forward;
import weft.routing.route.Route;
import weft.routing.route.RouteTable;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.InboundPort;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxyIdentity.OutboundSocket;
import weft.routing.snapshot.ProxySnapshot;
import weft.rules.RuleKey;

/** What proxies make of Kubernetes' Service documents. */
class KubernetesRegistryTest {
    private static final ProxyIdentity SIDECAR = new ProxyIdentity(
            "p",
            "default",
            Map.of("app", "web", "version", "v1"),
            "",
            "",
            "web-v1",
            Mode.SIDECAR,
            List.of(new InboundPort("127.0.0.1", 15006, 80, "127.0.0.1", 8080)),
            new OutboundSocket("127.0.0.1", 15001));
    private static final ProxyIdentity GATEWAY =
            new ProxyIdentity("gw", "edge", Map.of("istio", "gw"), "", "", "gw", Mode.GATEWAY, List.of());

    private static ProxySnapshot compile(ProxyIdentity identity, String... rules) {
        return new SnapshotCompiler(identity).compile(TestRules.snapshot(rules), ProxySnapshot.empty(identity));
    }

    private static String service(String name, String spec) {
        return "{kind: Service, metadata: {name: " + name + "}, spec: {" + spec + "}}";
    }

    /** Cluster or name of the action that a request from the sidecar to port 80 gets. */
    private static String to(ProxySnapshot snapshot, String host) {
        Listener outbound = snapshot.listeners().stream()
                .filter(listener -> listener.direction() == Listener.Direction.OUTBOUND)
                .findFirst()
                .orElseThrow();
        RouteTable table = requireNonNull(outbound.routes(80));
        RequestHead head = new RequestHead();
        head.reset("GET", "http", host, "/");
        Route route = requireNonNull(requireNonNull(table.virtualHost(host)).match(head));
        return ((Forward) route.action()).clusters().get(0).cluster();
    }

    @Test
    void aServiceIsReachedByAllItsNamesAndItsAddress() {
        ProxySnapshot snapshot = compile(
                SIDECAR, service("reviews", "clusterIP: 10.0.0.7, ports: [{name: http, port: 80, targetPort: 9080}]"));

        for (String host : List.of(
                "reviews",
                "reviews.default",
                "reviews.default.svc",
                "reviews.default.svc.cluster.local",
                "reviews.default.svc.cluster.local.",
                "10.0.0.7")) {
            assertThat(to(snapshot, host)).as(host).isEqualTo("outbound|80||reviews.default.svc.cluster.local");
        }
        assertThat(to(snapshot, "pod-0.reviews")).isEqualTo("PassthroughCluster");
    }

    @Test
    void aSubsetPicksSelectedWorkloadsByLabel() {
        ProxySnapshot snapshot = compile(
                SIDECAR,
                service("reviews", "selector: {app: reviews}, ports: [{name: http, port: 80, targetPort: 9080}]"),
                "{kind: WorkloadEntry, metadata: {name: a}, spec: {address: 10.1.0.1, labels: {app: reviews, version: v1}}}",
                "{kind: WorkloadEntry, metadata: {name: b}, spec: {address: 10.1.0.2, labels: {app: reviews, version: v2}}}",
                "{kind: DestinationRule, metadata: {name: r}, spec: {host: reviews, subsets: "
                        + "[{name: v2, labels: {version: v2}}]}}");

        Cluster cluster = requireNonNull(snapshot.clusters().get("outbound|80|v2|reviews.default.svc.cluster.local"));
        assertThat(cluster.endpoints())
                .extracting(endpoint -> endpoint.address() + ":" + endpoint.port())
                .containsExactly("10.1.0.2:9080");
    }

    @Test
    void singleInstancesOfAHeadlessServiceAreReachedBelowItsName() {
        String headless = service("db", "clusterIP: None, ports: [{name: http, port: 80}]");
        String endpoints =
                "{kind: Endpoints, metadata: {name: db}, subsets: [{addresses: [{ip: 10.1.0.1}], ports: [{name: http, port: 80}]}]}";
        String cluster = "outbound|80||db.default.svc.cluster.local";

        ProxySnapshot sidecar = compile(SIDECAR, headless, endpoints);
        assertThat(to(sidecar, "db-0.db")).isEqualTo(cluster);
        assertThat(to(sidecar, "db-0.db.default.svc.cluster.local")).isEqualTo(cluster);
        assertThat(requireNonNull(sidecar.clusters().get(cluster)).discovery()).isEqualTo(Discovery.ORIGINAL_DST);
        assertThat(requireNonNull(
                                compile(GATEWAY, headless, endpoints).clusters().get(cluster))
                        .discovery())
                .as("nobody addressed an instance at a gateway")
                .isEqualTo(Discovery.STATIC);
    }

    @Test
    void anAliasTakesTheRulesOfTheServiceItStandsFor() {
        ProxySnapshot snapshot = compile(
                SIDECAR,
                service("old", "type: ExternalName, externalName: new.default.svc.cluster.local"),
                service("new", "ports: [{name: http, port: 80}]"),
                service("canary", "ports: [{name: http, port: 80}]"),
                "{kind: VirtualService, metadata: {name: new}, spec: {hosts: [new], http: "
                        + "[{route: [{destination: {host: canary}}]}]}}",
                "{kind: VirtualService, metadata: {name: x}, spec: {hosts: [x.com], http: "
                        + "[{route: [{destination: {host: old}}]}]}}");

        assertThat(to(snapshot, "old")).isEqualTo("outbound|80||canary.default.svc.cluster.local");
        assertThat(to(snapshot, "old.default.svc.cluster.local"))
                .isEqualTo("outbound|80||canary.default.svc.cluster.local");
        assertThat(to(snapshot, "x.com"))
                .as("as a destination it is the service it stands for")
                .isEqualTo("outbound|80||new.default.svc.cluster.local");
        assertThat(snapshot.clusters()).doesNotContainKey("outbound|80||old.default.svc.cluster.local");
    }

    @Test
    void rulesForAnAliasCountForItsFullNameAlone() {
        ProxySnapshot snapshot = compile(
                SIDECAR,
                service("old", "type: ExternalName, externalName: new.default.svc.cluster.local"),
                service("new", "ports: [{name: http, port: 80}]"),
                "{kind: VirtualService, metadata: {name: old}, spec: {hosts: [old], http: "
                        + "[{route: [{destination: {host: elsewhere}}]}]}}");

        assertThat(to(snapshot, "old.default.svc.cluster.local"))
                .isEqualTo("outbound|80||elsewhere.default.svc.cluster.local");
        for (String name : List.of("old", "old.default", "new", "new.default.svc.cluster.local")) {
            assertThat(to(snapshot, name)).as(name).isEqualTo("outbound|80||new.default.svc.cluster.local");
        }
    }

    @Test
    void instancesOfAHeadlessServiceThatComeAreFollowed() {
        String headless = service("db", "clusterIP: None, ports: [{name: tcp, port: 9000}]");
        String endpoints = "{kind: Endpoints, metadata: {name: db}, subsets: [{addresses: [{ip: %s}], "
                + "ports: [{name: tcp, port: 9000}]}]}";
        SnapshotCompiler compiler = new SnapshotCompiler(SIDECAR);
        ProxySnapshot first = compiler.compile(
                TestRules.snapshot(headless, endpoints.formatted("10.0.0.1")), ProxySnapshot.empty(SIDECAR));
        ProxySnapshot second = compiler.compile(TestRules.snapshot(headless, endpoints.formatted("10.0.0.2")), first);

        assertThat(second.listeners())
                .isEqualTo(compile(SIDECAR, headless, endpoints.formatted("10.0.0.2"))
                        .listeners());
        assertThat(second.listeners()).isNotEqualTo(first.listeners());
    }

    @Test
    void unknownPlacesAreReachedThroughTheEgressProxy() {
        String sidecar = "{kind: Sidecar, metadata: {name: default}, spec: {outboundTrafficPolicy: {mode: %s, "
                + "egressProxy: {host: egress.default.svc.cluster.local, port: {number: 3128}, subset: s}}, "
                + "egress: [{hosts: ['default/web.default.svc.cluster.local']}]}}";
        String egress = service("egress", "ports: [{name: tcp, port: 3128}]");
        String cluster = "outbound|3128|s|egress.default.svc.cluster.local";
        String subset = "{kind: DestinationRule, metadata: {name: e}, spec: {host: egress, subsets: [{name: s}]}}";

        ProxySnapshot snapshot = compile(SIDECAR, sidecar.formatted("ALLOW_ANY"), egress, subset);
        assertThat(to(snapshot, "unknown.com")).isEqualTo(cluster);
        assertThat(snapshot.clusters()).containsKey(cluster);
        assertThat(FilterChainRulesTest.to(snapshot, FilterChainRulesTest.VIP, 5, null))
                .isEqualTo(cluster.replace("outbound|", "") + "*1");

        ProxySnapshot closed = compile(SIDECAR, sidecar.formatted("REGISTRY_ONLY"), egress, subset);
        assertThat(FilterChainRulesTest.to(closed, FilterChainRulesTest.VIP, 5, null))
                .isEqualTo("BlackHoleCluster*1");
    }

    @Test
    void aServiceOfAnotherNamespaceIsSeenWhereItIsExportedTo() {
        String hidden = "{kind: Service, metadata: {name: a, namespace: other, annotations: "
                + "{networking.istio.io/exportTo: '%s'}}, spec: {ports: [{name: http, port: 80}]}}";

        assertThat(to(compile(SIDECAR, hidden.formatted(".")), "a.other")).isEqualTo("PassthroughCluster");
        assertThat(to(compile(SIDECAR, hidden.formatted("., default")), "a.other"))
                .isEqualTo("outbound|80||a.other.svc.cluster.local");
        assertThat(to(compile(SIDECAR, hidden.formatted("~")), "a.other")).isEqualTo("PassthroughCluster");
    }

    @Test
    void aGatewayBindsTheTargetPortOfTheServiceThatSelectsIt() {
        String gateway = "{kind: Gateway, metadata: {name: g}, spec: {selector: {istio: gw}, servers: "
                + "[{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]}}";
        String service = "{kind: Service, metadata: {name: ingress, namespace: %s}, spec: {selector: {istio: gw}, "
                + "ports: [{name: http, port: 80, targetPort: %s}]}}";

        assertThat(ports(gateway, service.formatted("edge", "8080"))).containsExactly(8080);
        assertThat(ports(gateway, service.formatted("other", "8080")))
                .as("a service of another namespace selects other workloads")
                .containsExactly(80);
        assertThat(ports(gateway, service.formatted("edge", "web")))
                .as("a port by name is known of registered workloads only")
                .containsExactly(80);
    }

    @Test
    void aBoundPortIsBlamedOnTheGatewaysThatAskedForIt() {
        String gateway = "{kind: Gateway, metadata: {name: %s}, spec: {selector: {istio: gw}, servers: "
                + "[{port: {number: %d, name: http, protocol: HTTP}, hosts: ['*']}]}}";
        ProxySnapshot snapshot = compile(
                GATEWAY,
                gateway.formatted("translated", 80),
                gateway.formatted("plain", 9000),
                gateway.formatted("foreign", 8080).replace("istio: gw", "istio: other"),
                "{kind: Service, metadata: {name: ingress, namespace: edge}, spec: {selector: {istio: gw}, "
                        + "ports: [{name: http, port: 80, targetPort: 8080}]}}");

        assertThat(GatewayBindings.of(snapshot, 8080)).extracting(RuleKey::name).containsExactly("translated");
        assertThat(GatewayBindings.of(snapshot, 9000)).extracting(RuleKey::name).containsExactly("plain");
        assertThat(GatewayBindings.of(snapshot, 80)).isEmpty();
    }

    private static List<Integer> ports(String... rules) {
        return compile(GATEWAY, rules).listeners().stream().map(Listener::port).toList();
    }

    @Test
    void anInboundPortStandsForTheServiceThatSelectsTheWorkload() {
        ProxySnapshot snapshot =
                compile(SIDECAR, service("web", "selector: {app: web}, ports: [{name: http, port: 80}]"));
        assertThat(requireNonNull(snapshot.clusters().get("inbound|80||")).service())
                .isEqualTo("web.default.svc.cluster.local");

        ProxySnapshot unselected =
                compile(SIDECAR, service("web", "selector: {app: other}, ports: [{name: http, port: 80}]"));
        assertThat(requireNonNull(unselected.clusters().get("inbound|80||")).service())
                .isEqualTo("web-v1");
    }
}
