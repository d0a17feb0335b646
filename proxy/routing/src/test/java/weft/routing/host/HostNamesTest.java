package weft.routing.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import weft.routing.Conformance;

/** Istio's own cases, so that each answer is Istio's. */
class HostNamesTest {
    private final JsonNode cases = Conformance.json("istio-host-matching-cases.json");

    private static List<String> list(JsonNode array) {
        List<String> list = new ArrayList<>();
        array.forEach(item -> list.add(item.asText()));
        return list;
    }

    @Test
    void namesOverlapBothWays() {
        for (JsonNode c : cases.get("nameMatches")) {
            assertThat(HostNames.overlap(c.get("a").asText(), c.get("b").asText()))
                    .as(c.toString())
                    .isEqualTo(c.get("want").asBoolean());
        }
    }

    @Test
    void nameIsContainedInAnother() {
        for (JsonNode c : cases.get("nameSubsetOf")) {
            assertThat(HostNames.isSubset(c.get("a").asText(), c.get("b").asText()))
                    .as(c.toString())
                    .isEqualTo(c.get("want").asBoolean());
        }
    }

    @Test
    void intersectionTakesTheNarrowerName() {
        for (JsonNode c : cases.get("namesIntersection")) {
            assertThat(HostNames.intersection(list(c.get("a")), list(c.get("b"))))
                    .as(c.toString())
                    .containsExactlyElementsOf(list(c.get("want")));
        }
    }

    @Test
    void gatewayHostsOpenToTheirNamespaceOnly() {
        for (JsonNode c : cases.get("namesForNamespace")) {
            assertThat(HostNames.openTo(list(c.get("hosts")), c.get("namespace").asText()))
                    .as(c.toString())
                    .containsExactlyElementsOf(list(c.get("want")));
        }
    }

    @Test
    void mostSpecificNamesComeFirst() {
        for (JsonNode c : cases.get("namesSortOrder")) {
            List<String> sorted = list(c.get("in"));
            sorted.sort(HostNames.MOST_SPECIFIC_FIRST);
            assertThat(sorted).as(c.toString()).containsExactlyElementsOf(list(c.get("want")));
        }
        for (JsonNode c : cases.get("moreSpecific")) {
            assertThat(HostNames.isMoreSpecific(c.get("a").asText(), c.get("b").asText()))
                    .as(c.toString())
                    .isEqualTo(c.get("want").asBoolean());
        }
    }

    @Test
    void shortNamesAreCompletedWithTheirNamespace() {
        for (JsonNode c : cases.get("resolveShortName")) {
            JsonNode meta = c.get("meta");
            assertThat(HostNames.resolve(
                            c.get("host").asText(),
                            meta.get("namespace").asText(),
                            meta.path("domain").asText("")))
                    .as(c.toString())
                    .isEqualTo(c.get("want").asText());
        }
    }

    @Test
    void mostSpecificCandidateMatches() {
        for (JsonNode c : cases.get("mostSpecificHostMatch")) {
            String match = HostNames.mostSpecificMatch(c.get("host").asText(), list(c.get("candidates")));
            assertThat(match == null ? "" : match)
                    .as(c.toString())
                    .isEqualTo(c.get("want").asText());
        }
    }
}
