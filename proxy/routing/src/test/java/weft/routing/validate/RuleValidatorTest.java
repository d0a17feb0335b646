package weft.routing.validate;

import static org.assertj.core.api.Assertions.assertThat;

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
}
