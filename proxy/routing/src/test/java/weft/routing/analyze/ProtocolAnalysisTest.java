package weft.routing.analyze;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import weft.routing.TestRules;

/** What analyzers find about protocols and TLS, as {@code CODE Kind/name path}. */
class ProtocolAnalysisTest {
    private static final String SERVICE =
            "kind: Service\nmetadata: {name: reviews}\nspec: {ports: [{name: http-web, port: 80}]}\n";
    private static final String GATEWAY = """
            kind: Gateway
            metadata: {name: front}
            spec:
              selector: {app: gw}
              servers:
              - {port: {number: 443, name: https, protocol: HTTPS}, tls: {mode: PASSTHROUGH}, hosts: [a.test]}
              - {port: {number: 80, name: http, protocol: HTTP}, hosts: [b.test]}
            """;
    private static final String RULE = """
            kind: VirtualService
            metadata: {name: a}
            spec: {hosts: [a.test], gateways: [front], http: [{route: [{destination: {host: reviews}}]}]}
            """;
    private static final String STRICT =
            "kind: PeerAuthentication\nmetadata: {name: strict}\nspec: {mtls: {mode: STRICT}}\n";
    private static final String PLAIN =
            "kind: DestinationRule\nmetadata: {name: plain}\nspec: {host: reviews, trafficPolicy: {tls: {mode: DISABLE}}}\n";

    private static List<String> found(String... documents) {
        return RuleAnalysis.analyze(TestRules.parse(String.join("---\n", documents))).stream()
                .map(f -> f.code() + " " + f.rule().key().name() + " " + f.path())
                .sorted()
                .toList();
    }

    @Test
    void namesOfServicePortsTellTheProtocol() {
        assertThat(found(SERVICE)).isEmpty();
        assertThat(found(SERVICE.replace("http-web", "web"))).containsExactly("IST0118 reviews ports[0].name");
        assertThat(found(SERVICE.replace("name: http-web, ", ""))).containsExactly("IST0118 reviews ports[0].name");
        assertThat(found(SERVICE.replace("http-web", "web")
                        .replace("name: reviews", "name: dns, namespace: kube-system")))
                .isEmpty();
        assertThat(found(SERVICE.replace("http-web", "web, appProtocol: grpc"))).isEmpty();
        assertThat(found(SERVICE.replace("http-web, port: 80", "db, port: 3306")))
                .isEmpty();
        String external = SERVICE.replace("spec: {", "spec: {type: ExternalName, externalName: a.test, ");
        assertThat(found(external)).isEmpty();
        assertThat(found(external.replace("http-web", "tcp"))).containsExactly("IST0150 reviews ports[0].name");
    }

    @Test
    void httpRoutesNeedAServerThatTerminatesTls() {
        assertThat(found(SERVICE, GATEWAY, RULE)).containsExactly("WFT0206 a http");
        assertThat(found(SERVICE, GATEWAY, RULE.replace("a.test", "b.test"))).isEmpty();
        assertThat(found(SERVICE, GATEWAY.replace("PASSTHROUGH", "SIMPLE, credentialName: c"), RULE))
                .isEmpty();
        assertThat(found(SERVICE, GATEWAY, RULE.replace("[a.test]", "[a.test, b.test]")))
                .as("one of its hosts is served by HTTP")
                .isEmpty();
        assertThat(found(SERVICE, GATEWAY, RULE.replace("[front]", "[front, mesh]")))
                .as("sidecars use it")
                .doesNotContain("WFT0206 a http");
    }

    @Test
    void tlsRoutesNeedAServerThatPassesTlsThrough() {
        String tls = RULE.replace("http: [{", "tls: [{match: [{sniHosts: [a.test]}], ");
        assertThat(found(SERVICE, GATEWAY, tls)).isEmpty();
        assertThat(found(SERVICE, GATEWAY.replace("PASSTHROUGH", "SIMPLE, credentialName: c"), tls))
                .containsExactly("WFT0206 a tls");
    }

    @Test
    void destinationRulesSpeakAsPeerAuthenticationDemands() {
        assertThat(found(SERVICE, STRICT, PLAIN)).containsExactly("WFT0207 plain trafficPolicy.tls.mode");
        assertThat(found(SERVICE, STRICT.replace("STRICT", "PERMISSIVE"), PLAIN))
                .isEmpty();
        assertThat(found(SERVICE, STRICT, PLAIN.replace("DISABLE", "ISTIO_MUTUAL")))
                .isEmpty();
        assertThat(found(SERVICE, STRICT.replace("STRICT", "DISABLE"), PLAIN.replace("DISABLE", "ISTIO_MUTUAL")))
                .containsExactly("WFT0207 plain trafficPolicy.tls.mode");
        assertThat(found(SERVICE, STRICT.replace("name: strict", "name: strict, namespace: far"), PLAIN))
                .isEmpty();
        assertThat(found(SERVICE, STRICT.replace("name: strict", "name: strict, namespace: istio-system"), PLAIN))
                .hasSize(1);
        assertThat(found(
                        SERVICE,
                        STRICT,
                        STRICT.replace("name: strict}", "name: b}")
                                .replace("spec: {", "spec: {selector: {matchLabels: {a: b}}, "),
                        PLAIN))
                .as("which workloads the selector means is not known")
                .isEmpty();
    }

    @Test
    void gatewayHostsForOneNamespaceDoNotConflictWithThoseForAnother() {
        String own = GATEWAY.replace("a.test", "./a.test").replace("b.test", "./b.test");
        assertThat(found(own, own.replace("name: front", "name: front, namespace: far")))
                .isEmpty();
        assertThat(found(own, own.replace("name: front", "name: back"))).contains("IST0145 back servers[0].hosts[0]");
    }

    @Test
    void subsetsByPlaceAreNotHeldAgainstWrittenLabels() {
        String listed = """
                kind: ServiceEntry
                metadata: {name: ext}
                spec:
                  hosts: [ext.test]
                  ports: [{number: 80, name: http, protocol: HTTP}]
                  resolution: STATIC
                  endpoints: [{address: 10.1.1.1, labels: {version: v1}}]
                """;
        String rule = "kind: DestinationRule\nmetadata: {name: r}\nspec: {host: ext.test, subsets: [{name: v1, labels:"
                + " {version: v2}}]}\n";
        assertThat(found(listed, rule)).containsExactly("IST0173 r subsets[0].labels");
        assertThat(found(listed, rule.replace("version: v2", "topology.kubernetes.io/zone: a")))
                .isEmpty();
    }
}
