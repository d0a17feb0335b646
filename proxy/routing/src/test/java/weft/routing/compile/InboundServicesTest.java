package weft.routing.compile;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import weft.routing.TestRules;
import weft.routing.cluster.Cluster;
import weft.routing.http.RequestHead;
import weft.routing.route.Forward;
import weft.routing.route.Route;
import weft.routing.route.RouteTable;
import weft.routing.route.VirtualHost;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.InboundPort;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxySnapshot;

/** Which service the inbound cluster of a sidecar stands for. */
class InboundServicesTest {
    private static final String HOST = "reviews.default.svc.cluster.local";
    private static final String SELECTED = "workloadSelector: {labels: {app: reviews}}";
    private static final String PORT_9080 = "{number: 9080, name: http, protocol: HTTP}";
    private static final ProxyIdentity REVIEWS = new ProxyIdentity(
            "reviews-1",
            "default",
            Map.of("app", "reviews", "version", "v1"),
            "",
            "",
            "reviews-v1",
            Mode.SIDECAR,
            List.of(new InboundPort("127.0.0.1", 15006, 9080, "127.0.0.1", 20080)));

    private static ProxySnapshot compile(String... rules) {
        return new SnapshotCompiler(REVIEWS).compile(TestRules.snapshot(rules), ProxySnapshot.empty(REVIEWS));
    }

    private static Cluster inbound(String... rules) {
        return requireNonNull(compile(rules).clusters().get("inbound|9080||"));
    }

    /** @param name in the namespace default, or as {@code name.namespace} */
    private static String entry(String name, int year, String port, String instances) {
        int dot = name.indexOf('.');
        return """
                kind: ServiceEntry
                metadata: {name: %1$s, namespace: %2$s, creationTimestamp: %3$d-01-01T00:00:00Z}
                spec:
                  hosts: [%1$s.%2$s.svc.cluster.local]
                  location: MESH_INTERNAL
                  resolution: STATIC
                  ports: [%4$s]
                  %5$s
                """.formatted(
                        dot < 0 ? name : name.substring(0, dot),
                        dot < 0 ? "default" : name.substring(dot + 1),
                        year,
                        port,
                        instances);
    }

    @Test
    void portStandsForTheServiceThatSelectsTheWorkload() {
        Cluster cluster = inbound(entry("reviews", 2020, PORT_9080, SELECTED));

        assertThat(cluster.service()).isEqualTo(HOST);
        assertThat(cluster.namespace()).isEqualTo("default");
        assertThat(cluster.endpoints()).singleElement().satisfies(endpoint -> {
            assertThat(endpoint.hostPort()).isEqualTo("127.0.0.1:20080");
            assertThat(endpoint.workload()).isEqualTo("reviews-v1");
        });
    }

    @Test
    void inboundRouteNamesTheService() {
        ProxySnapshot snapshot = compile(entry("reviews", 2020, PORT_9080, SELECTED));

        Listener listener = snapshot.listeners().get(0);
        RouteTable table = requireNonNull(listener.routes(9080));
        VirtualHost host = requireNonNull(table.virtualHost("whatever"));
        Route route = requireNonNull(host.match(new RequestHead()));
        assertThat(((Forward) route.action()).clusters().get(0).host()).isEqualTo(HOST);
    }

    @Test
    void portThatNoServiceClaimsIsNamedAfterTheWorkload() {
        String otherNamespace = entry("reviews.team", 2020, PORT_9080, SELECTED);
        String otherLabels = entry("ratings", 2020, PORT_9080, "workloadSelector: {labels: {app: ratings}}");
        String moreLabels = entry("stars", 2020, PORT_9080, "workloadSelector: {labels: {app: reviews, tier: a}}");
        String otherPort = entry("admin", 2020, PORT_9080.replace("9080", "9081"), SELECTED);

        Cluster cluster = inbound(otherNamespace, otherLabels, moreLabels, otherPort);
        assertThat(cluster.service()).isEqualTo("reviews-v1");
        assertThat(cluster.namespace()).isEmpty();
    }

    @Test
    void servicePortGoesBeforeTargetPort() {
        String byTarget = entry("old", 2019, "{number: 80, name: http, targetPort: 9080}", SELECTED);

        assertThat(inbound(byTarget).service()).isEqualTo("old.default.svc.cluster.local");
        assertThat(inbound(byTarget, entry("reviews", 2020, PORT_9080, SELECTED))
                        .service())
                .isEqualTo(HOST);
    }

    @Test
    void oldestServiceWins() {
        String newer = entry("a", 2021, PORT_9080, SELECTED);

        assertThat(inbound(newer, entry("reviews", 2020, PORT_9080, SELECTED)).service())
                .isEqualTo(HOST);
    }

    @Test
    void serviceThatListsTheBoundAddressIsMeant() {
        String here = "endpoints: [{address: 127.0.0.1, ports: {http: 15006}}]";

        assertThat(inbound(entry("reviews", 2020, PORT_9080, here)).service()).isEqualTo(HOST);
        assertThat(inbound(entry("reviews", 2020, PORT_9080, here.replace("15006", "15007")))
                        .service())
                .isEqualTo("reviews-v1");
        assertThat(inbound(entry("reviews", 2020, PORT_9080, here.replace("127.0.0.1", "127.0.0.2")))
                        .service())
                .isEqualTo("reviews-v1");
    }

    @Test
    void neitherExportToNorSidecarHidesTheOwnService() {
        String hidden = entry("reviews", 2020, PORT_9080, SELECTED + "\n  exportTo: [\"~\"]");
        String sidecar =
                "{kind: Sidecar, metadata: {name: s, namespace: default}, spec: {egress: [{hosts: [\"~/*\"]}]}}";

        assertThat(inbound(hidden, sidecar).service()).isEqualTo(HOST);
    }

    private static Listener socket(String rules, InboundPort... ports) {
        ProxyIdentity identity = new ProxyIdentity(
                "reviews-1", "default", Map.of("app", "reviews"), "", "", "reviews-v1", Mode.SIDECAR, List.of(ports));
        return new SnapshotCompiler(identity)
                .compile(TestRules.snapshot(rules), ProxySnapshot.empty(identity))
                .listeners()
                .get(0);
    }

    private static String chains(Listener listener) {
        return listener.filterChains().stream()
                .map(chain -> chain.name() + ":" + chain.match().destinationPort() + ":" + chain.application())
                .collect(Collectors.joining(" "));
    }

    @Test
    void protocolOfTheServiceDecidesWhatAPortTakes() {
        InboundPort port = new InboundPort("127.0.0.1", 15006, 9080, "127.0.0.1", 20080);
        Listener http = socket(entry("reviews", 2020, PORT_9080, SELECTED), port);
        assertThat(http.speaksHttp()).isTrue();
        assertThat(http.filterChains()).isEmpty();

        Listener tcp = socket(entry("reviews", 2020, "{number: 9080, name: x, protocol: TCP}", SELECTED), port);
        assertThat(tcp.speaksHttp()).isFalse();
        assertThat(chains(tcp)).isEqualTo("inbound|9080||:0:OPAQUE");

        for (String undeclared : List.of(entry("reviews", 2020, "{number: 9080, name: x}", SELECTED), "")) {
            Listener sniffed = socket(undeclared, port);
            assertThat(sniffed.speaksHttp()).isTrue();
            assertThat(chains(sniffed)).isEqualTo("inbound|9080||:0:SNIFFED");
        }
    }

    @Test
    void portsOfOneSocketAreToldApartByTheTargetPort() {
        Listener shared = socket(
                entry("reviews", 2020, PORT_9080 + ", {number: 9000, name: tcp}", SELECTED),
                new InboundPort("0.0.0.0", 15006, 9080, "127.0.0.1", 20080),
                new InboundPort("0.0.0.0", 15006, 9000, "127.0.0.1", 20000));

        assertThat(shared.name()).isEqualTo("0.0.0.0_15006");
        assertThat(shared.routesByPort()).containsOnlyKeys(20080);
        assertThat(chains(shared)).isEqualTo("inbound|9000||:20000:OPAQUE virtualInbound-catchall-tcp:0:UNKNOWN");
    }
}
