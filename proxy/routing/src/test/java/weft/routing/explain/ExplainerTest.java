package weft.routing.explain;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import weft.routing.TestRules;
import weft.routing.explain.Answer.Action;
import weft.routing.http.ResponseFlag;
import weft.routing.snapshot.RuleSnapshot;

class ExplainerTest {
    static final String GATEWAY = """
            kind: Gateway
            metadata: {name: gw, namespace: default}
            spec:
              selector: {istio: ingressgateway}
              servers:
              - {port: {number: 80, name: http, protocol: HTTP}, hosts: ["*.test"]}
              - port: {number: 8080, name: old, protocol: HTTP}
                hosts: ["secure.test"]
                tls: {httpsRedirect: true}
              - port: {number: 443, name: https, protocol: HTTPS}
                hosts: ["secure.test"]
                tls: {mode: SIMPLE, credentialName: cert}
              - port: {number: 8443, name: tls, protocol: TLS}
                hosts: ["sni.test"]
                tls: {mode: PASSTHROUGH}
            ---
            kind: ServiceEntry
            metadata: {name: reviews, namespace: default}
            spec:
              hosts: [reviews.default.svc.cluster.local]
              location: MESH_INTERNAL
              resolution: STATIC
              ports: [{number: 9080, name: http, protocol: HTTP}]
              endpoints: [{address: 10.0.0.1, labels: {version: v1}}, {address: 10.0.0.2, labels: {version: v2}}]
            ---
            kind: DestinationRule
            metadata: {name: reviews, namespace: default}
            spec:
              host: reviews
              subsets:
              - {name: v1, labels: {version: v1}}
              - {name: v2, labels: {version: v2}}
              - {name: gone, labels: {version: v9}}
            ---
            """;

    static String route(String http) {
        return GATEWAY + """
            kind: VirtualService
            metadata: {name: app, namespace: default}
            spec:
              hosts: ["app.test", "secure.test", "reviews"]
              gateways: [gw, mesh]
              http:
            """ + http.indent(2);
    }

    private static Calls gateway(String http) {
        return Calls.through("default/gw", TestRules.snapshot(route(http)));
    }

    static final String TO_V1 = "- route: [{destination: {host: reviews, subset: v1}}]";

    private static String cluster(Explanation told) {
        return requireNonNull(told.answer().destination()).cluster();
    }

    private static List<String> trace(Explanation told) {
        return told.trace().stream()
                .map(traced ->
                        traced.verdict() + " " + (traced.failed() == null ? traced.conditions() : traced.failed()))
                .toList();
    }

    @Test
    void everyRouteIsTraceableToItsFirstFailingCondition() {
        Calls calls = gateway("""
            - match: [{uri: {prefix: /api}, headers: {end-user: {exact: jason}}}, {method: {exact: POST}}]
              route: [{destination: {host: reviews, subset: v2}}]
            - match: [{uri: {regex: "/api/[0-9]+"}}]
              route: [{destination: {host: reviews, subset: v2}}]
            - match: [{uri: {prefix: /api}, queryParams: {page: {exact: "1"}}, withoutHeaders: {x-no: {}}}]
              route: [{destination: {host: reviews, subset: v1}}]
            - route: [{destination: {host: reviews, subset: v2}}]
            """);
        Explanation told = calls.to("app.test", "/api?page=1");
        assertThat(trace(told))
                .containsExactly(
                        "FAILED headers.end-user exact \"jason\": the request has none",
                        "FAILED method exact \"POST\": it is GET",
                        "FAILED uri regex \"/api/[0-9]+\": the path is \"/api\"",
                        "MATCHED [uri prefix \"/api\", withoutHeaders.x-no present, queryParams.page exact \"1\"]",
                        "NOT_REACHED []");
        assertThat(cluster(told)).isEqualTo("outbound|9080|v1|reviews.default.svc.cluster.local");
        assertThat(requireNonNull(requireNonNull(told.route()).rule()).path()).isEqualTo("http[2]");
        assertThat(trace(calls.header("End-User", "bob").to("app.test", "/api")))
                .startsWith("FAILED headers.end-user exact \"jason\": the request has \"bob\"")
                .contains("FAILED queryParams.page exact \"1\": the request has no query");
        assertThat(trace(calls.header("x-no", "1").to("app.test", "/api?page=1&x")))
                .contains("FAILED withoutHeaders.x-no present: the request has \"1\"");
    }

    @Test
    void hostThatNobodyServesAnswers404NR() {
        Explanation told = gateway(TO_V1).to("other.test", "/");
        assertThat(told.answer().status()).isEqualTo(404);
        assertThat(told.answer().flags()).containsExactly(ResponseFlag.NO_ROUTE_FOUND);
        assertThat(told.answer().details()).isEqualTo("route_not_found");
        Explanation noRoute = gateway("- {match: [{uri: {exact: /x}}], " + TO_V1.substring(2) + "}")
                .to("app.test", "/");
        assertThat(noRoute.answer()).isEqualTo(told.answer());
        assertThat(noRoute.virtualHost()).isEqualTo("app.test:80");
    }

    @Test
    void drawPicksTheClusterByWeight() {
        Calls calls = gateway("""
            - route:
              - {destination: {host: reviews, subset: v1}, weight: 1}
              - {destination: {host: reviews, subset: v2}, weight: 3}
            """);
        assertThat(cluster(calls.to("app.test", "/"))).contains("|v1|");
        assertThat(cluster(calls.draw(4).to("app.test", "/"))).contains("|v1|");
        assertThat(cluster(calls.draw(7).to("app.test", "/"))).contains("|v2|");
    }

    @Test
    void missingSubsetAnswers503NCAndOneWithoutEndpoints503UH() {
        Explanation missing = gateway(TO_V1.replace("v1", "v7")).to("app.test", "/");
        assertThat(missing.answer().status()).isEqualTo(503);
        assertThat(missing.answer().flags()).containsExactly(ResponseFlag.NO_CLUSTER_FOUND);
        assertThat(missing.answer().details()).isEqualTo("cluster_not_found");
        Explanation empty = gateway(TO_V1.replace("v1", "gone")).to("app.test", "/");
        assertThat(empty.answer().status()).isEqualTo(503);
        assertThat(empty.answer().flags()).containsExactly(ResponseFlag.NO_HEALTHY_UPSTREAM);
        assertThat(gateway(TO_V1).to("app.test", "/").answer().status()).isZero();
    }

    @Test
    void httpsRedirectOfAGatewayIsTold() {
        Explanation told = gateway(TO_V1).to("secure.test:8080", "/a?b");
        assertThat(told.answer().action()).isEqualTo(Action.REDIRECT);
        assertThat(told.answer().status()).isEqualTo(301);
        assertThat(told.answer().location()).isEqualTo("https://secure.test:8080/a?b");
    }

    @Test
    void serverNameChoosesAmongTlsServers() {
        Calls calls = gateway(TO_V1);
        Explanation https = calls.scheme("https").to("secure.test", "/");
        assertThat(https.virtualHost()).isEqualTo("secure.test:443");
        assertThat(cluster(https)).contains("|v1|");
        Explanation unknown = calls.scheme("https").to("app.test", "/");
        assertThat(unknown.answer().details()).isEqualTo("filter_chain_not_found");
        assertThat(unknown.answer().status()).isZero();
        Calls sni = Calls.through("default/gw", TestRules.snapshot(GATEWAY + """
            kind: VirtualService
            metadata: {name: sni, namespace: default}
            spec:
              hosts: [sni.test]
              gateways: [gw]
              tls: [{match: [{sniHosts: [sni.test]}], route: [{destination: {host: reviews, subset: v2}}]}]
            """));
        assertThat(cluster(sni.port(8443).scheme("https").to("sni.test", "/"))).contains("|v2|");
    }

    @Test
    void portNobodyListensOnIsNamedWithThoseThatAre() {
        Explanation told = gateway(TO_V1).port(81).to("app.test", "/");
        assertThat(told.answer().details()).isEqualTo("no_listener");
        assertThat(told.notes().get(0)).startsWith("nothing listens on port 81 (there is: 80,");
    }

    @Test
    void onlyPortOfAGatewayIsTakenWhenNoneIsGiven() {
        RuleSnapshot rules = TestRules.snapshot("""
            kind: Gateway
            metadata: {name: gw, namespace: default}
            spec:
              servers: [{port: {number: 8080, name: http, protocol: HTTP}, hosts: ["*"]}]
            ---
            kind: VirtualService
            metadata: {name: app, namespace: default}
            spec: {hosts: [app.test], gateways: [gw], http: [{directResponse: {status: 200}}]}
            """);
        Explanation told = Calls.through("default/gw", rules).to("app.test", "/");
        assertThat(told.virtualHost()).isEqualTo("app.test:8080");
        assertThat(told.notes()).hasSize(1);
        assertThat(Calls.through("default/gw", rules).to("app.test:80", "/").virtualHost())
                .isEqualTo("app.test:8080");
        assertThat(Calls.through("default/gw", rules)
                        .port(80)
                        .to("app.test", "/")
                        .answer()
                        .details())
                .isEqualTo("no_listener");
    }

    @Test
    void pathIsNormalisedOnceAndRefusedWhenBroken() {
        Calls calls = gateway("- {match: [{uri: {exact: /b}}], " + TO_V1.substring(2) + "}");
        assertThat(calls.to("app.test", "/a/../%62?x=%62").path()).isEqualTo("/b?x=%62");
        assertThat(calls.to("app.test", "/a/../%62?x=%62").answer().path()).isEqualTo("/b?x=%62");
        Explanation broken = calls.to("app.test", "/%zz");
        assertThat(broken.answer().status()).isEqualTo(400);
        assertThat(broken.answer().details()).isEqualTo("path_normalization_failed");
    }

    @Test
    void rewritesRedirectsAndDirectResponsesAreToldAsTheyHappen() {
        Explanation rewritten =
                gateway("""
            - match: [{uri: {prefix: /api}}]
              rewrite: {uri: /v2, authority: inner.test}
            """ + TO_V1.replace("- route", "  route")).to("app.test", "/api/x?q");
        assertThat(rewritten.answer().path()).isEqualTo("/v2/x?q");
        assertThat(rewritten.answer().authority()).isEqualTo("inner.test");
        Explanation redirected =
                gateway("- redirect: {uri: /new, redirectCode: 308}").to("app.test", "/old?q");
        assertThat(redirected.answer().location()).isEqualTo("http://app.test/new?q");
        assertThat(redirected.answer().status()).isEqualTo(308);
        Explanation derived = gateway("- redirect: {authority: new.test, derivePort: FROM_REQUEST_PORT}")
                .port(8080)
                .scheme("https")
                .to("secure.test", "/");
        assertThat(derived.answer().location()).isEqualTo("https://new.test:8080/");
        Explanation direct = gateway("- directResponse: {status: 418}").to("app.test", "/");
        assertThat(direct.answer().action()).isEqualTo(Action.DIRECT_RESPONSE);
        assertThat(direct.answer().status()).isEqualTo(418);
    }

    @Test
    void faultsStrikeByTheirPercentage() {
        Calls calls = gateway(TO_V1 + """

              fault:
                abort: {percentage: {value: 10}, httpStatus: 555}
                delay: {percentage: {value: 50}, fixedDelay: 3s}
            """);
        assertThat(calls.to("app.test", "/").answer().action()).isEqualTo(Action.ROUTE);
        Explanation aborted = calls.draw(99_999).to("app.test", "/");
        assertThat(aborted.answer().action()).isEqualTo(Action.ABORT);
        assertThat(aborted.answer().status()).isEqualTo(555);
        assertThat(aborted.answer().flags())
                .containsExactlyInAnyOrder(ResponseFlag.FAULT_INJECTED, ResponseFlag.DELAY_INJECTED);
        assertThat(aborted.delaysMillis()).isEqualTo(3000);
        assertThat(calls.draw(100_000).to("app.test", "/").answer().flags())
                .containsExactly(ResponseFlag.DELAY_INJECTED);
        assertThat(calls.draw(500_000).to("app.test", "/").answer().flags()).isEmpty();
    }

    @Test
    void preflightIsAnsweredByTheProxy() {
        Calls calls = gateway(TO_V1 + """

              corsPolicy: {allowOrigins: [{exact: "http://a.test"}], allowMethods: [PUT]}
            """)
                .method("OPTIONS")
                .header("origin", "http://a.test")
                .header("access-control-request-method", "PUT");
        Explanation told = calls.to("app.test", "/");
        assertThat(told.answer().action()).isEqualTo(Action.PREFLIGHT);
        assertThat(told.answer().status()).isEqualTo(200);
        assertThat(told.answer().fields().set()).extracting("name").contains("access-control-allow-methods");
    }

    @Test
    void sidecarsKnowShortNamesAndLetTheUnknownPass() {
        RuleSnapshot rules = TestRules.snapshot(route(TO_V1));
        Calls calls = Calls.from("default", Map.of(), rules);
        assertThat(cluster(calls.to("reviews:9080", "/")))
                .isEqualTo("outbound|9080|v1|reviews.default.svc.cluster.local");
        assertThat(cluster(calls.port(9080).to("reviews.default", "/"))).contains("|v1|");
        assertThat(cluster(calls.to("elsewhere.com", "/"))).isEqualTo("PassthroughCluster");
        RuleSnapshot closed = TestRules.snapshot(route(TO_V1) + """
            ---
            kind: Sidecar
            metadata: {name: default, namespace: default}
            spec: {outboundTrafficPolicy: {mode: REGISTRY_ONLY}}
            """);
        Explanation blocked = Calls.from("default", Map.of(), closed).to("elsewhere.com", "/");
        assertThat(blocked.answer().status()).isEqualTo(502);
        assertThat(blocked.answer().action()).isEqualTo(Action.DIRECT_RESPONSE);
    }

    @Test
    void serviceWithoutHttpIsFoundByTheAddressItsNameResolvesTo() {
        RuleSnapshot rules = TestRules.snapshot("""
            kind: ServiceEntry
            metadata: {name: db, namespace: default}
            spec:
              hosts: [db.default.svc.cluster.local]
              addresses: [10.9.9.9]
              location: MESH_INTERNAL
              resolution: STATIC
              ports: [{number: 3306, name: tcp-db, protocol: TCP}, {number: 443, name: tls, protocol: TLS}]
              endpoints: [{address: 10.0.0.3}]
            """);
        Calls calls = Calls.from("default", Map.of(), rules);
        assertThat(cluster(calls.to("db:3306", "/"))).isEqualTo("outbound|3306||db.default.svc.cluster.local");
        assertThat(cluster(calls.to("10.9.9.9:3306", "/"))).isEqualTo("outbound|3306||db.default.svc.cluster.local");
        assertThat(cluster(calls.to("db2:3306", "/"))).isEqualTo("PassthroughCluster");
        assertThat(cluster(calls.scheme("https").to("db.default", "/")))
                .isEqualTo("outbound|443||db.default.svc.cluster.local");
    }

    @Test
    void portOfAnAuthorityIsNoMoreThanAHint() {
        Explanation behindABalancer = gateway(TO_V1).to("app.test:30080", "/");
        assertThat(behindABalancer.virtualHost()).isEqualTo("app.test:80");
        assertThat(behindABalancer.notes()).containsExactly("taken as sent to port 80");
        Calls inside = Calls.from("default", Map.of(), TestRules.snapshot(route(TO_V1)));
        assertThat(cluster(inside.to("reviews", "/"))).contains("|9080|v1|");
        assertThat(inside.to("reviews", "/").notes())
                .containsExactly("taken as sent to the only HTTP port of the service, 9080");
        assertThat(cluster(inside.to("reviews:1234", "/"))).isEqualTo("PassthroughCluster");
    }

    @Test
    void unknownGatewayIsNamedWithThoseThatAre() {
        RuleSnapshot rules = TestRules.snapshot(GATEWAY);
        assertThatThrownBy(() -> Calls.through("nope", rules))
                .isInstanceOfSatisfying(UnknownGatewayException.class, e -> {
                    assertThat(e.gateway()).isEqualTo("default/nope");
                    assertThat(e.known()).containsExactly("default/gw");
                });
        assertThatThrownBy(() -> Calls.through("a/b/c", rules)).isInstanceOf(UnknownGatewayException.class);
        assertThatThrownBy(() -> Calls.through("/gw", rules)).isInstanceOf(UnknownGatewayException.class);
    }
}
