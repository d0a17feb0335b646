package weft.routing.compile;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import weft.routing.TestRules;
import weft.routing.cluster.Endpoint;
import weft.routing.http.RequestHead;
import weft.routing.route.Fault;
import weft.routing.route.Forward;
import weft.routing.route.Route;
import weft.routing.route.RouteTable;
import weft.routing.route.VirtualHost;
import weft.routing.route.WeightedCluster;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleSnapshot;

/** Istio's bookinfo samples, byte for byte, through the compiler. */
class BookinfoTest {
    private static final String NETWORKING = "samples/bookinfo/networking/";
    private static final ProxyIdentity GATEWAY = new ProxyIdentity(
            "gw", "istio-system", Map.of("istio", "ingressgateway"), "", "", "gateway", Mode.GATEWAY, List.of());
    private static final ProxyIdentity PRODUCTPAGE = new ProxyIdentity(
            "productpage-1",
            "default",
            Map.of("app", "productpage"),
            "",
            "",
            "productpage-v1",
            Mode.SIDECAR,
            List.of(new ProxyIdentity.InboundPort("127.0.0.1", 15006, 9080, "127.0.0.1", 9080)),
            new ProxyIdentity.OutboundSocket("127.0.0.1", 15001));

    static final String SERVICES = """
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: productpage}
            spec:
              hosts: [productpage.default.svc.cluster.local]
              location: MESH_INTERNAL
              resolution: STATIC
              ports: [{number: 9080, name: http, protocol: HTTP}]
              endpoints: [{address: 127.0.0.1, ports: {http: 20080}, labels: {app: productpage, version: v1}}]
            ---
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: reviews}
            spec:
              hosts: [reviews.default.svc.cluster.local]
              location: MESH_INTERNAL
              resolution: STATIC
              ports: [{number: 9080, name: http, protocol: HTTP, targetPort: 9081}]
              workloadSelector: {labels: {app: reviews}}
            ---
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: reviews-v1}
            spec: {address: 127.0.0.1, ports: {http: 20081}, labels: {app: reviews, version: v1}}
            ---
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: reviews-v2}
            spec: {address: 127.0.0.2, labels: {app: reviews, version: v2}, weight: 3}
            """;

    private static ProxySnapshot compile(ProxyIdentity identity, String... files) {
        String[] yaml = new String[files.length + 1];
        yaml[0] = SERVICES;
        for (int i = 0; i < files.length; i++) {
            yaml[i + 1] = TestRules.sample(NETWORKING + files[i]);
        }
        return new SnapshotCompiler(identity).compile(TestRules.snapshot(yaml), ProxySnapshot.empty(identity));
    }

    private static @Nullable Route find(ProxySnapshot snapshot, String authority, int port, String path, String user) {
        RequestHead head = new RequestHead();
        head.reset("GET", "http", authority, path);
        if (!user.isEmpty()) {
            head.headers().add("end-user", user);
        }
        Listener listener = snapshot.listeners().get(0);
        var table = listener.routes(port);
        VirtualHost host = table == null ? null : table.virtualHost(authority);
        return host == null ? null : host.match(head);
    }

    private static Route route(ProxySnapshot snapshot, String authority, int port, String path, String user) {
        return requireNonNull(find(snapshot, authority, port, path, user));
    }

    private static RouteTable table(ProxySnapshot snapshot, int listener, int port) {
        return requireNonNull(snapshot.listeners().get(listener).routes(port));
    }

    private static List<String> clusters(Route route) {
        return ((Forward) route.action())
                .clusters().stream().map(WeightedCluster::cluster).toList();
    }

    @Test
    void gatewayServesTheProductPage() {
        ProxySnapshot snapshot = compile(GATEWAY, "bookinfo-gateway.yaml");

        assertThat(snapshot.listeners()).singleElement().satisfies(listener -> {
            assertThat(listener.name()).isEqualTo("0.0.0.0_8080");
            assertThat(listener.direction()).isEqualTo(Listener.Direction.GATEWAY);
        });
        for (String path : List.of("/productpage", "/static/x.css", "/login", "/api/v1/products/0")) {
            assertThat(clusters(route(snapshot, "any.host:8080", 8080, path, "")))
                    .containsExactly("outbound|9080||productpage.default.svc.cluster.local");
        }
        assertThat(find(snapshot, "any.host:8080", 8080, "/productpage2", "")).isNull();
        assertThat(snapshot.rejections()).isEmpty();
        assertThat(snapshot.notices()).isEmpty();
    }

    @Test
    void clustersHoldTheEndpointsOfTheirSubset() {
        ProxySnapshot snapshot = compile(GATEWAY, "bookinfo-gateway.yaml", "destination-rule-all.yaml");

        assertThat(snapshot.clusters().get("outbound|9080|v1|reviews.default.svc.cluster.local"))
                .isNotNull()
                .satisfies(cluster -> assertThat(cluster.endpoints())
                        .extracting(Endpoint::hostPort, Endpoint::workload)
                        .containsExactly(tuple("127.0.0.1:20081", "reviews-v1")));
        assertThat(snapshot.clusters().get("outbound|9080|v2|reviews.default.svc.cluster.local"))
                .isNotNull()
                .satisfies(cluster -> assertThat(cluster.endpoints())
                        .extracting(Endpoint::hostPort, Endpoint::weight)
                        .containsExactly(tuple("127.0.0.2:9081", 3)));
        assertThat(snapshot.clusters().get("outbound|9080|v3|reviews.default.svc.cluster.local"))
                .isNotNull()
                .satisfies(cluster -> assertThat(cluster.endpoints()).isEmpty());
    }

    @Test
    void sidecarSendsJasonAloneToV2() {
        ProxySnapshot snapshot =
                compile(PRODUCTPAGE, "destination-rule-all.yaml", "virtual-service-reviews-test-v2.yaml");

        assertThat(clusters(route(snapshot, "reviews:9080", 9080, "/reviews/0", "jason")))
                .containsExactly("outbound|9080|v2|reviews.default.svc.cluster.local");
        for (String authority : List.of("reviews:9080", "reviews.default", "REVIEWS.default.svc.cluster.local:9080")) {
            assertThat(clusters(route(snapshot, authority, 9080, "/reviews/0", "eve")))
                    .containsExactly("outbound|9080|v1|reviews.default.svc.cluster.local");
        }
    }

    @Test
    void sidecarSplitsByWeight() {
        ProxySnapshot snapshot = compile(PRODUCTPAGE, "virtual-service-reviews-90-10.yaml");

        Route route = route(snapshot, "reviews:9080", 9080, "/reviews/0", "");
        Forward forward = (Forward) route.action();
        assertThat(forward.pick(8989).subset()).isEqualTo("v1");
        assertThat(forward.pick(8990).subset()).isEqualTo("v2");
    }

    @Test
    void faultReachesItsUserOnly() {
        ProxySnapshot snapshot = compile(PRODUCTPAGE, "virtual-service-ratings-test-delay.yaml");

        // The samples know ratings only by its VirtualService: such a host exists on port 80 alone.
        assertThat(clusters(route(snapshot, "ratings:9080", 9080, "/", "jason")))
                .containsExactly("PassthroughCluster");
        Route jason = route(snapshot, "ratings.default.svc.cluster.local", 80, "/", "jason");
        assertThat(((Forward) jason.action()).fault()).isEqualTo(new Fault(new Fault.Delay(100, 7000), null));
        Route eve = route(snapshot, "ratings.default.svc.cluster.local", 80, "/", "eve");
        assertThat(((Forward) eve.action()).fault()).isNull();
    }

    @Test
    void serviceWithoutVirtualServiceGetsTheDefaultRoute() {
        ProxySnapshot snapshot = compile(PRODUCTPAGE);

        Route route = route(snapshot, "reviews:9080", 9080, "/", "");
        assertThat(route.name()).isEqualTo("default");
        assertThat(((Forward) route.action()).retries().attempts()).isEqualTo(2);
        assertThat(clusters(route)).containsExactly("outbound|9080||reviews.default.svc.cluster.local");
        assertThat(clusters(route(snapshot, "example.org", 80, "/", ""))).containsExactly("PassthroughCluster");
    }

    @Test
    void inboundRequestsGoToTheApplicationWithoutRetries() {
        ProxySnapshot snapshot = compile(PRODUCTPAGE);

        VirtualHost host = requireNonNull(table(snapshot, 1, 9080).virtualHost("whatever"));
        assertThat(host.name()).isEqualTo("inbound|http|9080");
        Route route = requireNonNull(host.match(new RequestHead()));
        assertThat(clusters(route)).containsExactly("inbound|9080||");
        assertThat(((Forward) route.action()).retries().attempts()).isZero();
        assertThat(snapshot.clusters()).containsKey("inbound|9080||");
    }

    @Test
    void hashIsTheSameForEveryProxyAndChangesWithTheRules() {
        String gateway = compile(GATEWAY, "bookinfo-gateway.yaml").tableHash();
        assertThat(compile(PRODUCTPAGE, "bookinfo-gateway.yaml").tableHash()).isEqualTo(gateway);
        assertThat(compile(GATEWAY).tableHash()).isNotEqualTo(gateway);
    }

    @Test
    void unchangedPartsAreSharedWithThePreviousSnapshot() {
        SnapshotCompiler compiler = new SnapshotCompiler(PRODUCTPAGE);
        ProxySnapshot first = compiler.compile(TestRules.snapshot(SERVICES), ProxySnapshot.empty(PRODUCTPAGE));
        RuleSnapshot more =
                TestRules.snapshot(SERVICES, TestRules.sample(NETWORKING + "virtual-service-reviews-90-10.yaml"));
        ProxySnapshot second = compiler.compile(more, first);

        assertThat(second.clusters().get("outbound|9080||reviews.default.svc.cluster.local"))
                .isSameAs(first.clusters().get("outbound|9080||reviews.default.svc.cluster.local"));
        assertThat(second.listeners().get(1)).isSameAs(first.listeners().get(1));
        assertThat(table(second, 0, 9080)).isNotSameAs(table(first, 0, 9080));
        assertThat(table(second, 0, 9080).virtualHost("productpage"))
                .isSameAs(table(first, 0, 9080).virtualHost("productpage"));
    }
}
