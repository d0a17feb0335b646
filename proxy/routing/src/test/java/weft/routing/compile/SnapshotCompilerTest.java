package weft.routing.compile;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import weft.routing.TestRules;
import weft.routing.http.RequestHead;
import weft.routing.route.Forward;
import weft.routing.route.Redirect;
import weft.routing.route.Route;
import weft.routing.route.RouteTable;
import weft.routing.route.VirtualHost;
import weft.routing.route.WeightedCluster;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleNotice;
import weft.routing.snapshot.RuleRejection;

class SnapshotCompilerTest {
    private static final ProxyIdentity GATEWAY =
            new ProxyIdentity("gw", "istio-system", Map.of("istio", "gw"), "", "", "gw", Mode.GATEWAY, List.of());
    private static final String HTTP = """
            kind: Gateway
            metadata: {name: web}
            spec:
              selector: {istio: gw}
              servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*.example.com"]}]
            """;

    private final SnapshotCompiler compiler = new SnapshotCompiler(GATEWAY);

    private ProxySnapshot compile(ProxySnapshot previous, String... yaml) {
        return compiler.compile(TestRules.snapshot(yaml), previous);
    }

    private ProxySnapshot compile(String... yaml) {
        return compile(ProxySnapshot.empty(GATEWAY), yaml);
    }

    private static String virtualService(String name, String created, String host, String http) {
        return """
                kind: VirtualService
                metadata: {name: %s, creationTimestamp: "%s"}
                spec:
                  hosts: ["%s"]
                  gateways: [web]
                  http: %s
                """.formatted(name, created, host, http);
    }

    private static RouteTable table(ProxySnapshot snapshot) {
        return requireNonNull(snapshot.listeners().get(0).routes(80));
    }

    private static String cluster(ProxySnapshot snapshot, String host, String path) {
        RequestHead head = new RequestHead();
        head.reset("GET", "http", host, path);
        VirtualHost found = table(snapshot).virtualHost(host);
        Route route = found == null ? null : found.match(head);
        return route == null
                ? "none"
                : ((Forward) route.action()).clusters().get(0).cluster();
    }

    @Test
    void ruleThatDoesNotCompileKeepsItsLastGoodVersion() {
        String good =
                virtualService("a", "2020-01-01T00:00:00Z", "a.example.com", "[{route: [{destination: {host: a}}]}]");
        String other =
                virtualService("b", "2020-01-01T00:00:00Z", "b.example.com", "[{route: [{destination: {host: b}}]}]");
        String bad = virtualService(
                "a",
                "2020-01-01T00:00:00Z",
                "a.example.com",
                "[{match: [{uri: {regex: '('}}], route: [{destination: {host: x}}]}]");
        ProxySnapshot first = compile(HTTP, good);

        ProxySnapshot second = compile(first, HTTP, bad, other);

        assertThat(second.rejections()).singleElement().satisfies(rejection -> {
            assertThat(rejection.key()).hasToString("VirtualService/default/a");
            assertThat(rejection.code()).isEqualTo("InvalidRegex");
            assertThat(rejection.text()).startsWith("http[0].uri: regex \"(\"");
        });
        assertThat(cluster(second, "a.example.com", "/")).isEqualTo("outbound|80||a.default.svc.cluster.local");
        assertThat(cluster(second, "b.example.com", "/")).isEqualTo("outbound|80||b.default.svc.cluster.local");
        assertThat(second.tableHash()).isEqualTo(compile(HTTP, good, other).tableHash());
        assertThat(compile(second, HTTP, bad, other).rejections())
                .extracting(RuleRejection::code)
                .containsExactly("InvalidRegex");
        assertThat(cluster(compile(HTTP, bad), "a.example.com", "/")).isEqualTo("none");
    }

    @Test
    void virtualServicesOfOneGatewayHostAppendByAgeCatchAllsLast() {
        ProxySnapshot snapshot = compile(
                HTTP,
                virtualService(
                        "new",
                        "2021-01-01T00:00:00Z",
                        "a.example.com",
                        "[{match: [{uri: {prefix: /x}}], route: [{destination: {host: n}}]}]"),
                virtualService(
                        "old", "2020-01-01T00:00:00Z", "a.example.com", "[{route: [{destination: {host: o}}]}]"));

        assertThat(table(snapshot).virtualHosts()).singleElement().satisfies(host -> {
            assertThat(host.name()).isEqualTo("a.example.com:80");
            assertThat(host.routes()).hasSize(2);
        });
        assertThat(cluster(snapshot, "a.example.com", "/x")).isEqualTo("outbound|80||n.default.svc.cluster.local");
        assertThat(cluster(snapshot, "a.example.com", "/y")).isEqualTo("outbound|80||o.default.svc.cluster.local");
    }

    @Test
    void hostOutsideTheGatewayIsNotBound() {
        ProxySnapshot snapshot = compile(
                HTTP, virtualService("a", "2020-01-01T00:00:00Z", "a.org", "[{route: [{destination: {host: a}}]}]"));

        assertThat(table(snapshot).virtualHosts()).extracting(VirtualHost::name).containsExactly("blackhole:80");
        assertThat(cluster(snapshot, "a.org", "/")).isEqualTo("none");
    }

    @Test
    void gatewayOfOtherLabelsOpensNoPort() {
        assertThat(compile(HTTP.replace("istio: gw", "istio: other")).listeners())
                .isEmpty();
    }

    @Test
    void httpsRedirectNeedsNoVirtualService() {
        ProxySnapshot snapshot = compile(HTTP.replace("hosts:", "tls: {httpsRedirect: true}, hosts:"));

        assertThat(table(snapshot).virtualHosts()).singleElement().satisfies(host -> {
            assertThat(host.domains()).containsExactly("*.example.com");
            assertThat(host.requireTls()).isTrue();
        });
    }

    @Test
    void serverThatEndsTlsIsANoticeAndSpeaksNoPlainHttp() {
        ProxySnapshot snapshot =
                compile(HTTP.replace("protocol: HTTP}", "protocol: HTTPS}, tls: {mode: SIMPLE, credentialName: c}"));

        assertThat(snapshot.listeners())
                .singleElement()
                .satisfies(listener -> assertThat(listener.speaksHttp()).isFalse());
        assertThat(snapshot.rejections()).isEmpty();
        assertThat(snapshot.notices()).extracting(RuleNotice::code).containsExactly("ServerNotServed");
    }

    @Test
    void destinationEditsOfASingleTargetComeLast() {
        ProxySnapshot snapshot = compile(HTTP, virtualService("a", "2020-01-01T00:00:00Z", "a.example.com", """
                        [{name: r, headers: {request: {add: {X: route}, set: {Host: h1}, remove: [y]}},
                          route: [{destination: {host: a}, headers: {request: {set: {x: target}}}}]}]"""));

        Route route = table(snapshot).virtualHosts().get(0).routes().get(0);
        RequestHead head = new RequestHead();
        head.headers().add("x", "client");
        head.headers().add("y", "client");
        route.requestHeaders().apply(head.headers());
        assertThat(head.headers())
                .as("all that is set comes before all that is added")
                .hasToString("x: target\nx: route\n");
        assertThat(((Forward) route.action()).authorityRewrite()).isEqualTo("h1");
    }

    private Route route(String entry) {
        ProxySnapshot snapshot =
                compile(HTTP, virtualService("a", "2020-01-01T00:00:00Z", "a.example.com", "[" + entry + "]"));
        return table(snapshot).virtualHosts().get(0).routes().get(0);
    }

    @Test
    void editsOfOneTargetJoinThoseOfItsRouteInOrderOfNames() {
        Route route = route("{headers: {request: {remove: [X-Gone, 'Host'], add: {p: '1', a: '2'}}}, "
                + "route: [{destination: {host: a}, headers: {request: {remove: [y]}}}]}");
        RequestHead head = new RequestHead();
        head.headers().add("x-gone", "client");
        head.headers().add("y", "client");
        head.headers().add("host", "kept");
        route.requestHeaders().apply(head.headers());
        assertThat(head.headers()).hasToString("host: kept\na: 2\np: 1\n");
    }

    @Test
    void theHostIsRewrittenByAFieldThatIsAddedToo() {
        assertThat(((Forward) route("{headers: {request: {add: {':authority': h}}}, route: [{destination: {host: a}}]}")
                                .action())
                        .authorityRewrite())
                .isEqualTo("h");
    }

    @Test
    void aMirrorWithoutAShareIsNone() {
        String entry = "{route: [{destination: {host: a}}], mirror: {host: b}, mirrorPercentage: {value: %s}}";
        assertThat(((Forward) route(entry.formatted("0")).action()).mirrors()).isEmpty();
        assertThat(((Forward) route(entry.formatted("1")).action()).mirrors()).hasSize(1);
    }

    @Test
    void aRedirectReplacesThePrefixThatIsMatched() {
        assertThat(((Redirect) route("{match: [{uri: {prefix: /old}}], redirect: {prefixRewrite: /new}}")
                                .action())
                        .matchedLength())
                .isEqualTo(4);
        assertThat(((Redirect) route("{redirect: {prefixRewrite: /new}}").action()).matchedLength())
                .as("every path begins with a slash")
                .isEqualTo(1);
    }

    @Test
    void targetsWithoutWeightGetNothing() {
        ProxySnapshot snapshot = compile(
                HTTP,
                virtualService(
                        "a",
                        "2020-01-01T00:00:00Z",
                        "a.example.com",
                        "[{route: [{destination: {host: a}, weight: 0}, {destination: {host: b}, weight: 3}]}]"));

        assertThat(((Forward) table(snapshot)
                                .virtualHosts()
                                .get(0)
                                .routes()
                                .get(0)
                                .action())
                        .clusters())
                .extracting(WeightedCluster::host)
                .containsExactly("b.default.svc.cluster.local");
    }

    @Test
    void delegateServesInPlaceOfItsRoot() {
        String delegate = """
                kind: VirtualService
                metadata: {name: team, namespace: team}
                spec: {http: [{name: v1, match: [{uri: {prefix: /api/v1}}], route: [{destination: {host: api}}]}]}
                """;
        ProxySnapshot snapshot = compile(
                HTTP,
                delegate,
                virtualService(
                        "root",
                        "2020-01-01T00:00:00Z",
                        "a.example.com",
                        "[{match: [{uri: {prefix: /api}}], delegate: {name: team, namespace: team}}]"));

        assertThat(snapshot.rejections()).isEmpty();
        assertThat(cluster(snapshot, "a.example.com", "/api/v1/x"))
                .isEqualTo("outbound|80||api.team.svc.cluster.local");
        assertThat(cluster(snapshot, "a.example.com", "/api/v2")).isEqualTo("none");
    }
}
