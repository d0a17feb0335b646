package weft.routing.validate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import weft.routing.TestRules;
import weft.routing.validate.Problem.Severity;
import weft.rules.Rule;

/** What the checks say of a rule; which rules they refuse is told by Istio's own cases, in the publisher. */
class RuleValidatorTest {
    private final RuleValidator validator = new RuleValidator();

    @Test
    void problemNamesTheField() {
        Rule rule = TestRules.parse("""
                        kind: VirtualService
                        metadata: {name: a}
                        spec:
                          hosts: [a]
                          http:
                          - route:
                            - {destination: {host: a}, weight: 50}
                            - {destination: {host: b}, weight: -1}
                        """).get(0);
        assertThat(validator.validate(rule))
                .containsExactly(new Problem("http[0].route[1].weight", "-1 (expected: 0 or more)", Severity.ERROR));
    }

    @Test
    void faultThatReachesNobodyIsAWarning() {
        Rule rule = TestRules.parse("""
                        kind: VirtualService
                        metadata: {name: a}
                        spec:
                          hosts: [a]
                          http:
                          - fault: {delay: {fixedDelay: 7s}}
                            route: [{destination: {host: a}}]
                        """).get(0);
        assertThat(validator.validate(rule)).singleElement().satisfies(problem -> {
            assertThat(problem.severity()).isEqualTo(Severity.WARNING);
            assertThat(problem.path()).isEqualTo("http[0].fault.delay");
        });
    }

    private List<String> readiness(String probe) {
        Rule rule = TestRules.parse(
                        "kind: WorkloadGroup\nmetadata: {name: a}\nspec: {template: {}, probe: {" + probe + "}}")
                .get(0);
        return validator.validate(rule).stream().map(Problem::toString).toList();
    }

    @Test
    void aReadinessProbeHasAMethodAndAPort() {
        assertThat(readiness("httpGet: {port: 80, scheme: HTTPS}")).isEmpty();
        assertThat(readiness("exec: {command: [test]}")).isEmpty();
        assertThat(readiness("grpc: {port: 9000, service: shop.Cart}")).isEmpty();
        assertThat(readiness("grpc: {service: shop.Cart}")).hasSize(1);
        assertThat(readiness("tcpSocket: {port: 70000}")).hasSize(1);
        assertThat(readiness("periodSeconds: 1"))
                .containsExactly("probe: has no method (expected: httpGet, tcpSocket, exec or grpc)");
    }

    private List<String> healthCheck(String spec) {
        Rule rule = TestRules.parse("kind: HealthCheckPolicy\nmetadata: {name: a}\nspec: {" + spec + "}")
                .get(0);
        return validator.validate(rule).stream().map(Problem::toString).toList();
    }

    @Test
    void aHealthCheckNeedsOneTargetAndOneWayToProbe() {
        assertThat(healthCheck("host: a, httpHealthCheck: {}")).isEmpty();
        assertThat(healthCheck("targetRef: {kind: Service, name: a}, grpcHealthCheck: {}"))
                .isEmpty();
        assertThat(healthCheck("tcpHealthCheck: {}")).containsExactly("names no service (expected: targetRef or host)");
        assertThat(healthCheck("host: a, targetRef: {kind: Service, name: a}, tcpHealthCheck: {}"))
                .containsExactly("targetRef beside host (expected: one of them)");
        assertThat(healthCheck("host: a"))
                .containsExactly("0 ways to probe (expected: one of httpHealthCheck, tcpHealthCheck, grpcHealthCheck)");
        assertThat(healthCheck("host: a, httpHealthCheck: {}, tcpHealthCheck: {}"))
                .containsExactly("2 ways to probe (expected: one of httpHealthCheck, tcpHealthCheck, grpcHealthCheck)");
        assertThat(healthCheck("targetRef: {kind: Gateway, name: a}, tcpHealthCheck: {}"))
                .containsExactly(
                        "targetRef.kind: \"Gateway\" (expected: Service, core/Service, networking.istio.io/ServiceEntry)");
        assertThat(healthCheck("host: '*.com', tcpHealthCheck: {}")).hasSize(1);
    }

    @Test
    void anIntervalWithoutTrafficIsNoShorterAndNotShared() {
        assertThat(healthCheck("host: a, tcpHealthCheck: {}, noTrafficInterval: 5s"))
                .isEmpty();
        assertThat(healthCheck("host: a, tcpHealthCheck: {}, noTrafficInterval: 4s"))
                .containsExactly("noTrafficInterval: is shorter than the interval (expected: the interval or longer)");
        assertThat(healthCheck("host: a, tcpHealthCheck: {}, interval: 1m, noTrafficInterval: 59s"))
                .hasSize(1);
        assertThat(healthCheck("host: a, tcpHealthCheck: {}, noTrafficInterval: 60s, share: true"))
                .containsExactly(
                        "noTrafficInterval: beside share (expected: one of them, as others' requests are not seen)");
    }

    @Test
    void aHealthCheckThatCouldNotBeSentIsRefused() {
        assertThat(healthCheck("host: a, httpHealthCheck: {path: healthz}"))
                .containsExactly(
                        "httpHealthCheck.path: \"healthz\" (expected: a path that begins with \"/\", as /healthz)");
        assertThat(healthCheck("host: a, httpHealthCheck: {path: \"/a b\"}")).hasSize(1);
        assertThat(healthCheck("host: a, httpHealthCheck: {method: CONNECT}")).hasSize(1);
        assertThat(healthCheck("host: a, httpHealthCheck: {headers: {Host: b}}"))
                .containsExactly(
                        "httpHealthCheck.headers[Host]: \"Host\" is written by the proxy (expected: another header)");
        assertThat(healthCheck("host: a, httpHealthCheck: {headers: {x-a: \"b\\r\\nc: d\"}}"))
                .hasSize(1);
        assertThat(healthCheck("host: a, httpHealthCheck: {expectedStatuses: ['200-299', '2xx', '299-200', '99']}"))
                .hasSize(3)
                .first()
                .isEqualTo(
                        "httpHealthCheck.expectedStatuses[1]: \"2xx\" (expected: a status or a range of them, as 200 or"
                                + " 200-299)");
    }
}
