package weft.routing.compile;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static weft.routing.compile.FilterChainRulesTest.GATEWAY;
import static weft.routing.compile.FilterChainRulesTest.compile;
import static weft.routing.compile.FilterChainRulesTest.gateway;

import java.util.List;
import org.junit.jupiter.api.Test;
import weft.routing.route.RouteTable;
import weft.routing.route.VirtualHost;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.NetworkFilter.HttpConnectionManager;

/** Where a gateway binds the ports of its servers, and how what it binds is named. */
class GatewayPortsTest {
    private static final String SERVER =
            gateway("g", "{port: {number: 80, name: http, protocol: HTTP}, hosts: [a.com]}");

    /** A service of the gateway's namespace whose one instance has these labels. */
    private static String front(String name, int target, String labels) {
        return """
                apiVersion: networking.istio.io/v1
                kind: ServiceEntry
                metadata: {name: %1$s, namespace: edge}
                spec:
                  hosts: [%1$s.com]
                  ports: [{number: 80, targetPort: %2$d, name: http, protocol: HTTP}]
                  resolution: STATIC
                  endpoints: [{address: 10.0.0.9, labels: {%3$s}}]
                """.formatted(name, target, labels);
    }

    private static String elsewhere(String front) {
        return front.replace("namespace: edge", "namespace: far");
    }

    private static List<Integer> ports(String... rules) {
        return compile(GATEWAY, rules).listeners().stream().map(Listener::port).toList();
    }

    @Test
    void theTargetPortOfTheServiceInFrontIsBound() {
        String front = front("front", 8080, "istio: gw");

        assertThat(ports(SERVER, front)).containsExactly(8080);
        assertThat(ports(SERVER, front("front", 8080, "istio: other"))).containsExactly(80);
        assertThat(ports(
                        SERVER,
                        front.replace("edge}", "edge, labels: {" + GatewayPorts.NO_TRANSLATION_LABEL + ": ''}}")))
                .containsExactly(80);
        assertThat(ports(SERVER, elsewhere(front)))
                .as("a service of another namespace says nothing of this workload")
                .containsExactly(80);
    }

    @Test
    void ofSeveralServicesInFrontTheOldestLeads() {
        assertThat(ports(SERVER, front("b", 8081, "istio: gw"), front("a", 8080, "istio: gw")))
                .containsExactly(8080);
    }

    @Test
    void aGatewayOfServicesIsBoundForEachOfThemAndForNobodyElse() {
        String named = SERVER.replace(
                "{name: g}", "{name: g, annotations: {" + GatewayPorts.SERVICE_ANNOTATION + ": 'a.com,b.com'}}");
        String unlabelled = front("a", 8080, "");

        assertThat(ports(named, front("a", 8080, "istio: gw"), front("b", 8081, "istio: gw")))
                .containsExactlyInAnyOrder(8080, 8081);
        assertThat(ports(named, unlabelled)).containsExactly(8080);
        assertThat(ports(named, elsewhere(unlabelled))).isEmpty();
        assertThat(ports(named, front("a", 8080, "istio: other"))).isEmpty();
        assertThat(ports(named)).isEmpty();
    }

    @Test
    void whatIsBoundElsewhereKeepsTheNameOfItsServersPort() {
        Listener plain = compile(GATEWAY, SERVER, front("front", 8080, "istio: gw"))
                .listeners()
                .get(0);
        assertThat(plain.name()).isEqualTo("0.0.0.0_8080");
        assertThat(hosts(requireNonNull(plain.routes(80)))).containsExactly("blackhole:80");

        String https = gateway(
                "g",
                "{port: {number: 80, name: web, protocol: HTTPS}, bind: 10.0.0.9, hosts: [a.com], "
                        + "tls: {mode: SIMPLE, credentialName: c}}");
        Listener secure = compile(GATEWAY, https, front("front", 8443, "istio: gw"))
                .listeners()
                .get(0);
        HttpConnectionManager http =
                (HttpConnectionManager) secure.filterChains().get(0).filter();
        assertThat(secure.name()).isEqualTo("10.0.0.9_8443");
        assertThat(http.routeConfigName()).isEqualTo("https.80.web.g.default.10.0.0.9");
        assertThat(hosts(http.routes())).containsExactly("blackhole:80");
    }

    private static List<String> hosts(RouteTable table) {
        return table.virtualHosts().stream().map(VirtualHost::name).toList();
    }
}
