package weft.routing.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.routing.explain.ExplainerTest.TO_V1;
import static weft.routing.explain.ExplainerTest.route;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import weft.routing.TestRules;
import weft.routing.snapshot.RuleSnapshot;

/** What was said for a host and is no route on one proxy is told with its reason. */
class UnusedRulesTest {

    private static List<String> unused(Explanation told) {
        return told.unused().stream()
                .map(unused -> (unused.rule().name() + " " + unused.place()).trim() + ": " + unused.reason())
                .toList();
    }

    @Test
    void entriesThatAreNotForThisProxyAreToldWithTheirReason() {
        String rules = route("""
            - match: [{port: 8080, uri: {prefix: /a}}, {uri: {prefix: /b}}]
              route: [{destination: {host: reviews}}]
            - match: [{sourceLabels: {app: web}}]
              route: [{destination: {host: reviews}}]
            - match: [{sourceNamespace: other}]
              route: [{destination: {host: reviews}}]
            - match: [{gateways: [mesh]}]
              route: [{destination: {host: reviews}}]
            - route: [{destination: {host: reviews}}]
            - match: [{uri: {prefix: /late}}]
              route: [{destination: {host: reviews}}]
            """);
        Explanation told =
                Calls.through("default/gw", TestRules.snapshot(rules)).to("app.test", "/");
        assertThat(unused(told))
                .containsExactly(
                        "app http[0].match[0]: port 8080: the request came to 80",
                        "app http[1]: sourceLabels {app=web}: the proxy has {istio=ingressgateway}",
                        "app http[2]: sourceNamespace other: the proxy is in default",
                        "app http[3]: gateways [mesh]: the request came through default/gw",
                        "app http[5]: http[4] takes every request before it");
        assertThat(told.trace()).hasSize(2);
        Explanation inside = Calls.from("other", Map.of("app", "web"), TestRules.snapshot(rules))
                .to("reviews.default:9080", "/");
        assertThat(unused(inside))
                .containsExactly(
                        "app http[0].match[0]: port 8080: the request came to 9080",
                        "app http[2]: http[1] takes every request before it",
                        "app http[3]: http[1] takes every request before it",
                        "app http[4]: http[1] takes every request before it",
                        "app http[5]: http[1] takes every request before it");
    }

    @Test
    void rulesOfTheHostThatAreNotUsedAtAllAreToldWithTheirReason() {
        String other = """
            ---
            kind: VirtualService
            metadata: {name: %s, namespace: other}
            spec:
              hosts: [reviews.default.svc.cluster.local]
              gateways: [%s]
              exportTo: ["%s"]
              http: [{directResponse: {status: 200}}]
            """;
        RuleSnapshot rules = TestRules.snapshot(route(TO_V1)
                + other.formatted("hidden", "mesh", ".")
                + other.formatted("younger", "mesh", "*")
                + other.formatted("outside", "default/gw", "*"));
        assertThat(unused(Calls.from("default", Map.of(), rules).to("reviews:9080", "/")))
                .containsExactly(
                        "hidden: exportTo [.]: namespace default does not see it",
                        "outside: gateways [default/gw]: without mesh it is not for sidecars",
                        "younger: a sidecar takes one VirtualService for a host: VirtualService/default/app has it");
        assertThat(unused(Calls.from("default", Map.of(), rules).to("app.test", "/")))
                .isEmpty();
        assertThat(unused(Calls.from("default", Map.of(), rules).to("app.test:1234", "/")))
                .containsExactly(
                        "app: no service of this name has an HTTP port 1234 here, and a host that is no service is served on"
                                + " port 80 alone");
    }
}
