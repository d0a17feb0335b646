package weft.routing.analyze;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import weft.routing.TestRules;

/** What analyzers find, as {@code CODE Kind/name path}, and what they leave alone. */
class RuleAnalysisTest {
    private static final String REVIEWS = service("reviews", "default", "{number: 9080, name: http}");
    private static final String SUBSETS = """
            kind: DestinationRule
            metadata: {name: reviews}
            spec: {host: reviews, subsets: [{name: v1}, {name: v3}]}
            """;
    private static final String GATEWAY = """
            kind: Gateway
            metadata: {name: front, namespace: edge}
            spec:
              selector: {app: gw}
              servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*.example.com']}]
            """;

    private static String service(String name, String namespace, String ports) {
        return "kind: ServiceEntry\nmetadata: {name: " + name + ", namespace: " + namespace + "}\nspec: {hosts: ["
                + name
                + "." + namespace + ".svc.cluster.local], addresses: [10.0.0.1], ports: [" + ports
                + "], resolution: STATIC}\n";
    }

    private static String virtualService(String name, String spec) {
        return "kind: VirtualService\nmetadata: {name: " + name + "}\nspec: {" + spec + "}\n";
    }

    private static List<String> found(String... documents) {
        return RuleAnalysis.analyze(TestRules.parse(String.join("---\n", documents))).stream()
                .map(f -> f.code() + " " + f.rule().key().name() + " " + f.path())
                .sorted()
                .toList();
    }

    private static String to(String destination) {
        return "hosts: [reviews], http: [{route: [{destination: {" + destination + "}}]}]";
    }

    @Test
    void shortNamesMeanTheNamespaceOfTheirRule() {
        assertThat(found(REVIEWS, virtualService("a", to("host: reviews")))).isEmpty();
        assertThat(found(REVIEWS, virtualService("a", to("host: reviws"))))
                .containsExactly("IST0101 a http[0].route[0].destination.host");
        assertThat(found(
                        service("reviews", "other", "{number: 80, name: http}"),
                        virtualService("a", to("host: reviews"))))
                .containsExactly("IST0101 a http[0].route[0].destination.host", "WFT0205 a hosts[0]");
    }

    @Test
    void kubernetesServicesCountWithTheirPorts() {
        String service = "kind: Service\nmetadata: {name: reviews}\nspec: {ports: [{name: http, port: 80}]}\n";
        assertThat(found(service, SUBSETS, virtualService("a", to("host: reviews, port: {number: 80}, subset: v1"))))
                .isEmpty();
        assertThat(found(service, SUBSETS, virtualService("a", to("host: reviews, port: {number: 1}, subset: v1"))))
                .containsExactly("IST0101 a http[0].route[0].destination.port.number");
        String external = "kind: Service\nmetadata: {name: reviews}\nspec: {type: ExternalName, externalName: a.com}\n";
        assertThat(found(external, SUBSETS, virtualService("a", to("host: reviews, port: {number: 1}, subset: v1"))))
                .isEmpty();
    }

    @Test
    void wildcardHostsOfTheRegistryCount() {
        String wide = service("x", "default", "{number: 443, name: https}")
                .replace("x.default.svc.cluster.local", "'*.wikipedia.org'");
        assertThat(found(wide, virtualService("a", to("host: en.wikipedia.org").replace("[reviews]", "[a.test]"))))
                .containsExactly("WFT0205 a hosts[0]");
        assertThat(found(wide, virtualService("a", to("host: wikipedia.org").replace("[reviews]", "[a.test]"))))
                .contains("IST0101 a http[0].route[0].destination.host");
    }

    @Test
    void aServiceThatIsNotExportedIsNotThere() {
        String hidden =
                service("reviews", "other", "{number: 80, name: http}").replace("spec: {", "spec: {exportTo: [.], ");
        String rule =
                virtualService("a", to("host: reviews.other.svc.cluster.local").replace("[reviews]", "['*.test']"));
        assertThat(found(hidden, rule)).containsExactly("IST0101 a http[0].route[0].destination.host");
        assertThat(found(hidden.replace("[.]", "[default]"), rule)).isEmpty();
    }

    @Test
    void portsMustBeTheServices() {
        assertThat(found(REVIEWS, virtualService("a", to("host: reviews, port: {number: 9081}"))))
                .containsExactly("IST0101 a http[0].route[0].destination.port.number");
        String two = service("reviews", "default", "{number: 80, name: http}, {number: 81, name: http-b}");
        assertThat(found(two, virtualService("a", to("host: reviews"))))
                .containsExactly("IST0112 a http[0].route[0].destination.host");
        assertThat(found(two, virtualService("a", to("host: reviews, port: {number: 81}"))))
                .isEmpty();
    }

    @Test
    void subsetsMustBeDeclaredWhereTheRuleIsSeen() {
        String v4 = virtualService("a", to("host: reviews, subset: v4"));
        Finding finding = RuleAnalysis.analyze(TestRules.parse(String.join("---\n", REVIEWS, SUBSETS, v4)))
                .get(0);
        assertThat(finding.message())
                .isEqualTo("subset \"v4\" is not declared in DestinationRule default/reviews (declared: v1, v3)");
        assertThat(finding.path()).isEqualTo("http[0].route[0].destination.subset");
        assertThat(found(REVIEWS, SUBSETS, v4.replace("v4", "v3"))).isEmpty();
        String elsewhere = SUBSETS.replace("{name: reviews}", "{name: reviews, namespace: far}")
                .replace("host: reviews", "host: reviews.default.svc.cluster.local, exportTo: [.]");
        assertThat(found(REVIEWS, elsewhere, v4.replace("v4", "v3")))
                .containsExactly("IST0101 a http[0].route[0].destination.subset");
        assertThat(found(REVIEWS, elsewhere.replace("[.]", "['*']"), v4.replace("v4", "v3")))
                .isEmpty();
    }

    @Test
    void delegatesMustExistWithoutHostsAndBeExported() {
        String root = virtualService("a", "hosts: [reviews], http: [{delegate: {name: b}}]");
        String delegate = virtualService("b", "http: [{route: [{destination: {host: reviews}}]}]");
        assertThat(found(REVIEWS, root, delegate)).isEmpty();
        assertThat(found(REVIEWS, root)).containsExactly("IST0101 a http[0].delegate.name");
        assertThat(found(REVIEWS, root, delegate.replace("spec: {", "spec: {exportTo: [far], ")))
                .containsExactly("IST0101 a http[0].delegate.name");
    }

    @Test
    void gatewaysMustExistAndServeAHost() {
        String bound = virtualService("a", "hosts: [shop.example.com], gateways: [edge/front]");
        assertThat(found(GATEWAY, bound)).isEmpty();
        assertThat(found(GATEWAY, bound.replace("edge/front", "front"))).containsExactly("IST0101 a gateways[0]");
        assertThat(found(GATEWAY, bound.replace("shop.example", "shop.sample")))
                .containsExactly("IST0132 a gateways[0]");
        assertThat(found(GATEWAY.replace("*.example.com", "./*.example.com"), bound))
                .containsExactly("IST0132 a gateways[0]");
        assertThat(found(virtualService("a", "hosts: ['*.b'], gateways: [mesh]")))
                .isEmpty();
    }

    @Test
    void gatewaysOfTheSameWorkloadsMustNotClaimAHostTwice() {
        String other = GATEWAY.replace("name: front", "name: back");
        assertThat(found(GATEWAY, other))
                .containsExactly("IST0145 back servers[0].hosts[0]", "IST0145 front servers[0].hosts[0]");
        assertThat(found(GATEWAY, other.replace("number: 80", "number: 81"))).isEmpty();
        assertThat(found(GATEWAY, other.replace("app: gw", "app: other"))).isEmpty();
        assertThat(found(GATEWAY, other.replace("app: gw", "app: gw, zone: a")))
                .as("the narrower selector's workloads are selected by both")
                .containsExactly("IST0145 back servers[0].hosts[0]", "IST0145 front servers[0].hosts[0]");
        assertThat(found(GATEWAY.replace("app: gw", "app: gw, zone: b"), other.replace("app: gw", "app: gw, zone: a")))
                .isEmpty();
    }

    @Test
    void sidecarsUseOneVirtualServiceForAHost() {
        String a = virtualService("a", to("host: reviews"));
        String b = virtualService("b", to("host: reviews").replace("[reviews]", "[reviews.default.svc.cluster.local]"));
        assertThat(found(REVIEWS, a, b)).containsExactly("IST0109 a hosts[0]", "IST0109 b hosts[0]");
        assertThat(found(REVIEWS, a, b.replace("hosts: [", "hosts: ['*.test', ")))
                .containsExactly("IST0109 a hosts[0]", "IST0109 b hosts[1]");
        assertThat(found(
                        REVIEWS,
                        a.replace("spec: {", "spec: {exportTo: [one], "),
                        b.replace("spec: {", "spec: {exportTo: [two], ")))
                .isEmpty();
        assertThat(found(REVIEWS, a.replace("[reviews]", "[reviews, reviews.default.svc.cluster.local]")))
                .isEmpty();
    }

    @Test
    void aHostForSomeNamespacesMeetsWildcardsForAll() {
        String some = virtualService("some", "hosts: ['a.shop.test'], exportTo: ['.']");
        String all = virtualService("all", "hosts: ['*.test']");
        assertThat(found(some, all))
                .containsExactly("IST0109 all hosts[0]", "IST0109 some hosts[0]", "WFT0205 some hosts[0]");
        assertThat(found(some.replace("exportTo: ['.']", "exportTo: ['*']"), all))
                .as("the more specific of two for all is no conflict")
                .containsExactly("WFT0205 some hosts[0]");
        assertThat(found(some, all.replace("'*.test'", "'*.other'"))).containsExactly("WFT0205 some hosts[0]");
        String wide = some.replace("a.shop", "*.shop");
        assertThat(found(wide, all.replace("*.test", "a.shop.test")))
                .containsExactly("IST0109 all hosts[0]", "IST0109 some hosts[0]", "WFT0205 all hosts[0]");
        assertThat(found(wide, all.replace("*.test", "*.shop.test")))
                .containsExactly("IST0109 all hosts[0]", "IST0109 some hosts[0]");
        assertThat(found(wide, all.replace("*.test", "a.xshop.test"))).containsExactly("WFT0205 all hosts[0]");
    }

    @Test
    void whatIsMissedTellsWhichDocumentsCouldDeclareIt() {
        String rule = virtualService(
                "a",
                "hosts: ['*.b'], gateways: [none], http: [{match: [{port: 1}], route: [{destination: {host: x, subset: s}}]},"
                        + " {delegate: {name: d}}]");
        assertThat(RuleAnalysis.analyze(TestRules.parse(rule)).stream()
                        .map(f -> f.path() + " " + new TreeSet<>(f.declaredBy())))
                .containsExactlyInAnyOrder(
                        "gateways[0] [Gateway]",
                        "http[0].route[0].destination.host [Service, ServiceEntry]",
                        "http[0].route[0].destination.subset [DestinationRule]",
                        "http[1].delegate.name [VirtualService]");
    }

    @Test
    void sidecarsOfANamespaceMustDiffer() {
        String a = "kind: Sidecar\nmetadata: {name: a}\nspec: {egress: [{hosts: ['*/*']}]}\n";
        String b = a.replace("name: a", "name: b");
        assertThat(found(a, b)).containsExactly("IST0111 a ", "IST0111 b ");
        assertThat(found(a, b.replace("name: b", "name: b, namespace: far"))).isEmpty();
        String labels = "spec: {workloadSelector: {labels: {app: x}}, ";
        assertThat(found(a.replace("spec: {", labels), b.replace("spec: {", labels)))
                .containsExactly("IST0110 a workloadSelector.labels", "IST0110 b workloadSelector.labels");
        assertThat(found(a, b.replace("spec: {", labels))).isEmpty();
    }

    @Test
    void destinationRulesMustApplyAndVerify() {
        assertThat(found(SUBSETS)).containsExactly("IST0174 reviews host");
        assertThat(found(REVIEWS, SUBSETS.replace("host: reviews", "host: '*.default.svc.cluster.local'")))
                .isEmpty();
        String tls = SUBSETS.replace("spec: {", "spec: {trafficPolicy: {tls: {mode: SIMPLE}}, ");
        assertThat(found(REVIEWS, tls)).containsExactly("IST0128 reviews trafficPolicy.tls.mode");
        assertThat(found(REVIEWS, tls.replace("SIMPLE", "SIMPLE, caCertificates: ca.pem")))
                .isEmpty();
        assertThat(found(REVIEWS, tls.replace("SIMPLE", "ISTIO_MUTUAL"))).isEmpty();
        String port = SUBSETS.replace(
                "spec: {",
                "spec: {trafficPolicy: {portLevelSettings: [{port: {number: 9080}, tls: {mode: MUTUAL}}]}, ");
        assertThat(found(REVIEWS, port)).containsExactly("IST0129 reviews trafficPolicy.portLevelSettings[0].tls.mode");
    }

    @Test
    void subsetsMustSelectAnEndpointWhereAllAreListed() {
        String listed = REVIEWS.replace("spec: {", "spec: {endpoints: [{address: 10.1.1.1, labels: {version: v1}}], ");
        String rule = SUBSETS.replace("{name: v1}", "{name: v1, labels: {version: v1}}");
        assertThat(found(listed, rule)).isEmpty();
        assertThat(found(listed, rule.replace("version: v1", "version: v2")))
                .containsExactly("IST0173 reviews subsets[0].labels");
        assertThat(found(REVIEWS, rule.replace("version: v1", "version: v2"))).isEmpty();
    }

    @Test
    void serviceEntriesMustBeToldApartAndAgree() {
        String tcp = service("db", "default", "{number: 5432, name: tcp, protocol: TCP}");
        assertThat(found(tcp)).isEmpty();
        assertThat(found(tcp.replace(", addresses: [10.0.0.1]", ""))).containsExactly("IST0134 db ports[0]");
        String http = tcp.replace("name: db", "name: db2").replace("protocol: TCP", "protocol: HTTP");
        assertThat(found(tcp, http)).containsExactly("IST0177 db ports", "IST0177 db2 ports");
        assertThat(found(tcp, http.replace("5432", "5433"))).isEmpty();
        String own = tcp.replace("spec: {", "spec: {exportTo: ['.'], ");
        String elsewhere = http.replace("namespace: default", "namespace: other");
        assertThat(found(own, elsewhere)).hasSize(2);
        assertThat(found(own, elsewhere.replace("spec: {", "spec: {exportTo: ['.'], ")))
                .as("nobody sees both")
                .isEmpty();
        assertThat(found(own, elsewhere.replace("spec: {", "spec: {exportTo: [default], ")))
                .hasSize(2);
    }

    @Test
    void httpRoutesNeedAnHttpPort() {
        String rule = virtualService("a", to("host: reviews"));
        assertThat(found(REVIEWS.replace("name: http", "name: tcp"), rule)).containsExactly("WFT0204 a http");
        assertThat(found(REVIEWS.replace("name: http", "name: anything"), rule)).isEmpty();
    }

    @Test
    void weightZeroIsTold() {
        String two = "hosts: [reviews], http: [{route: [{destination: {host: reviews}, weight: 100},"
                + " {destination: {host: reviews}, weight: 0}]}]";
        assertThat(found(REVIEWS, virtualService("a", two))).containsExactly("WFT0203 a http[0].route[1].weight");
    }

    private static String routes(String... matches) {
        List<String> routes = new ArrayList<>();
        for (String match : matches) {
            routes.add("{" + (match.isEmpty() ? "" : "match: [" + match + "], ")
                    + "route: [{destination: {host: reviews}}]}");
        }
        return "hosts: [reviews], http: [" + String.join(", ", routes) + "]";
    }

    @Test
    void routesAfterTheirLikeAreNotReached() {
        assertThat(found(REVIEWS, virtualService("a", routes("", "{uri: {prefix: /a}}"))))
                .containsExactly("IST0130 a http[1]", "IST0131 a http[1].match[0]");
        assertThat(found(REVIEWS, virtualService("a", routes("{uri: {prefix: /a}}", "{uri: {prefix: /a}}", ""))))
                .containsExactly("IST0130 a http[1]", "IST0131 a http[1].match[0]");
        assertThat(found(
                        REVIEWS,
                        virtualService("a", routes("{uri: {prefix: /a}}", "{uri: {prefix: /ab}}, {uri: {exact: /c}}"))))
                .containsExactly("IST0131 a http[1].match[0]");
        assertThat(found(REVIEWS, virtualService("a", routes("{uri: {exact: /a}}", "{uri: {prefix: /a}}", ""))))
                .isEmpty();
        assertThat(found(
                        REVIEWS,
                        virtualService(
                                "a", routes("{uri: {prefix: /a}, headers: {x: {exact: '1'}}}", "{uri: {prefix: /a}}"))))
                .isEmpty();
    }

    private static String connections(String list, String... matches) {
        return virtualService(
                "a", routes(matches).replace("http:", list + ":").replace("[reviews]", "[a.test, b.test]"));
    }

    @Test
    void connectionsAreTakenByTheFirstMatchToo() {
        assertThat(found(REVIEWS, connections("tcp", "{port: 80}", "{port: 80}")))
                .contains("IST0130 a tcp[1]", "IST0131 a tcp[1].match[0]");
        assertThat(found(REVIEWS, connections("tcp", "", ""))).contains("IST0130 a tcp[1]");
        assertThat(found(REVIEWS, connections("tcp", "{port: 80}", "{port: 80}, {port: 81}")))
                .contains("IST0131 a tcp[1].match[0]")
                .doesNotContain("IST0130 a tcp[1]");
        assertThat(found(REVIEWS, connections("tcp", "{port: 80, sourceLabels: {app: a}}", "{port: 80}")))
                .noneMatch(finding -> finding.startsWith("IST013"));
        String narrow = "{port: 443, sniHosts: [a.test]}";
        assertThat(found(REVIEWS, connections("tls", "{sniHosts: ['*.test']}", narrow)))
                .contains("IST0130 a tls[1]", "IST0131 a tls[1].match[0]");
        assertThat(found(REVIEWS, connections("tls", narrow, "{sniHosts: [a.test]}")))
                .noneMatch(finding -> finding.startsWith("IST013"));
        assertThat(found(REVIEWS, connections("tls", narrow, "{port: 443, sniHosts: [b.test]}")))
                .noneMatch(finding -> finding.startsWith("IST013"));
    }

    @Test
    void anOlderVirtualServiceOnAGatewayShadowsALaterOne() {
        String gateway = GATEWAY.replace("namespace: edge", "namespace: default");
        String wide = virtualService("a", routes("{uri: {prefix: /shop}}"));
        String narrow = virtualService("b", routes("{uri: {prefix: /shop/cart}}"));
        String bind = "hosts: [a.example.com], gateways: [front]";
        String[] shadowed = {
            REVIEWS, gateway, wide.replace("hosts: [reviews]", bind), narrow.replace("hosts: [reviews]", bind)
        };
        assertThat(found(shadowed)).containsExactly("WFT0201 b http[0].match[0]");
        String both = "hosts: [a.example.com, b.example.com], gateways: [front]";
        assertThat(found(REVIEWS, gateway, shadowed[2].replace(bind, both), shadowed[3].replace(bind, both)))
                .as("told once for all hosts")
                .containsExactly("WFT0201 b http[0].match[0]");
        shadowed[2] = virtualService("a", routes("{uri: {prefix: /}}")).replace("hosts: [reviews]", bind);
        assertThat(found(shadowed)).as("those that take all go last").isEmpty();
        shadowed[2] = virtualService("c", routes("{uri: {prefix: /shop}}")).replace("hosts: [reviews]", bind);
        assertThat(found(shadowed)).as("the younger shadows nothing").isEmpty();
    }

    @Test
    void tooManyMatchesAreSaidToBeTooMany() {
        String[] matches = new String[UnusedMatches.MAX_MATCHES + 1];
        for (int i = 0; i < matches.length; i++) {
            matches[i] = "{uri: {exact: /" + i + "}}";
        }
        assertThat(found(REVIEWS, virtualService("a", routes(matches)))).containsExactly("WFT0202 a ");
    }

    private static String healthCheck(String spec) {
        return "kind: HealthCheckPolicy\nmetadata: {name: h}\nspec: {tcpHealthCheck: {}, " + spec + "}\n";
    }

    @Test
    void aHealthCheckOfNothingIsFound() {
        assertThat(found(REVIEWS, SUBSETS, healthCheck("host: reviews, port: 9080, subset: v1")))
                .isEmpty();
        assertThat(found(REVIEWS, healthCheck("targetRef: {kind: ServiceEntry, name: reviews}")))
                .isEmpty();
        assertThat(found(REVIEWS, healthCheck("host: reviws"))).containsExactly("IST0101 h host");
        assertThat(found(REVIEWS, healthCheck("targetRef: {kind: Service, name: reviews}")))
                .containsExactly("IST0101 h targetRef.name");
        assertThat(found(REVIEWS, SUBSETS, healthCheck("host: reviews, port: 80, subset: v2")))
                .containsExactly("IST0101 h port", "IST0101 h subset");
    }
}
