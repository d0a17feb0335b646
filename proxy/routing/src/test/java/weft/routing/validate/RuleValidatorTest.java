package weft.routing.validate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import weft.routing.Conformance;
import weft.routing.TestRules;
import weft.routing.validate.Problem.Severity;
import weft.rules.Rule;

/** Refuses what Istio refuses, accepts what it accepts. */
class RuleValidatorTest {
    private static final Set<String> KINDS = Set.of(
            "Gateway",
            "VirtualService",
            "DestinationRule",
            "ServiceEntry",
            "WorkloadEntry",
            "WorkloadGroup",
            "Sidecar");

    private final RuleValidator validator = new RuleValidator();

    @Test
    void agreesWithIstiosCases() {
        Set<String> deviations = new HashSet<>(Deviations.VALIDATION.keySet());
        List<String> failed = new ArrayList<>();
        int passed = 0;
        for (JsonNode c : Conformance.json("istio-validation-cases.json").get("cases")) {
            JsonNode resource = c.get("resource");
            if (resource == null || !KINDS.contains(resource.path("kind").asText()) || c.has("hasNullListElement")) {
                continue;
            }
            String id = c.get("id").asText();
            String verdict = verdict(resource);
            if (verdict.isEmpty() == c.get("valid").asBoolean()) {
                passed++;
            } else if (!deviations.remove(id)) {
                failed.add(id + " (" + c.get("name").asText() + ") valid=" + c.get("valid") + " but " + verdict + " "
                        + c.path("errorContains").asText());
            }
        }
        System.out.println("istio-validation-cases: " + passed + " passed, " + failed.size() + " failed, "
                + Deviations.VALIDATION.size() + " deviating");
        assertThat(failed).isEmpty();
        assertThat(deviations).as("deviations that are none").isEmpty();
    }

    /** Empty when accepted; what the schema cannot hold is refused before this validator sees it. */
    private String verdict(JsonNode resource) {
        List<Rule> rules;
        try {
            rules = TestRules.parse(resource.toString());
        } catch (RuntimeException e) {
            return "schema: " + e;
        }
        return rules.stream()
                .flatMap(rule -> validator.validate(rule).stream())
                .filter(problem -> problem.severity() == Severity.ERROR)
                .toList()
                .toString()
                .replaceFirst("^\\[]$", "");
    }

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
