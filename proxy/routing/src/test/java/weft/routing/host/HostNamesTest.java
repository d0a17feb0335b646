package weft.routing.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import weft.routing.CaseTally;
import weft.routing.Conformance;

/** Istio's own cases, so that each answer is Istio's. */
class HostNamesTest {
    private static final CaseTally TALLY = new CaseTally("istio-host-matching-cases");

    private final JsonNode cases = Conformance.json("istio-host-matching-cases.json");

    private static List<String> list(JsonNode array) {
        List<String> list = new ArrayList<>();
        array.forEach(item -> list.add(item.asText()));
        return list;
    }

    @AfterAll
    static void report() {
        TALLY.report();
    }

    @Test
    void namesOverlapBothWays() {
        for (JsonNode c : cases.get("nameMatches")) {
            TALLY.addEqual(
                    c,
                    HostNames.overlap(c.get("a").asText(), c.get("b").asText()),
                    c.get("want").asBoolean());
        }
    }

    @Test
    void nameIsContainedInAnother() {
        for (JsonNode c : cases.get("nameSubsetOf")) {
            TALLY.addEqual(
                    c,
                    HostNames.isSubset(c.get("a").asText(), c.get("b").asText()),
                    c.get("want").asBoolean());
        }
    }

    @Test
    void intersectionTakesTheNarrowerName() {
        for (JsonNode c : cases.get("namesIntersection")) {
            TALLY.addEqual(c, HostNames.intersection(list(c.get("a")), list(c.get("b"))), list(c.get("want")));
        }
    }

    @Test
    void gatewayHostsOpenToTheirNamespaceOnly() {
        for (JsonNode c : cases.get("namesForNamespace")) {
            TALLY.addEqual(
                    c, HostNames.openTo(list(c.get("hosts")), c.get("namespace").asText()), list(c.get("want")));
        }
    }

    @Test
    void mostSpecificNamesComeFirst() {
        for (JsonNode c : cases.get("namesSortOrder")) {
            List<String> sorted = list(c.get("in"));
            sorted.sort(HostNames.MOST_SPECIFIC_FIRST);
            TALLY.addEqual(c, sorted, list(c.get("want")));
        }
        for (JsonNode c : cases.get("moreSpecific")) {
            TALLY.addEqual(
                    c,
                    HostNames.isMoreSpecific(c.get("a").asText(), c.get("b").asText()),
                    c.get("want").asBoolean());
        }
    }

    @Test
    void nothingComesBeforeNothing() {
        assertThat(HostNames.isMoreSpecific("", "")).isTrue();
        assertThat(HostNames.isMoreSpecific("a", "a")).isFalse();
    }

    @Test
    void shortNamesAreCompletedWithTheirNamespace() {
        for (JsonNode c : cases.get("resolveShortName")) {
            JsonNode meta = c.get("meta");
            TALLY.addEqual(
                    c,
                    HostNames.resolve(
                            c.get("host").asText(),
                            meta.get("namespace").asText(),
                            meta.path("domain").asText("")),
                    c.get("want").asText());
        }
    }

    @Test
    void mostSpecificCandidateMatches() {
        for (JsonNode c : cases.get("mostSpecificHostMatch")) {
            String match = HostNames.mostSpecificMatch(c.get("host").asText(), list(c.get("candidates")));
            TALLY.addEqual(c, match == null ? "" : match, c.get("want").asText());
        }
    }
}
