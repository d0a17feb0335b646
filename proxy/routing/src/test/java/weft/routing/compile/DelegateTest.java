package weft.routing.compile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import weft.routing.Conformance;
import weft.routing.TestRules;
import weft.schema.HTTPMatchRequest;
import weft.schema.HTTPRoute;
import weft.schema.VirtualService;

/** Istio's cases of how delegates merge into roots. */
class DelegateTest {
    private final JsonNode cases = Conformance.json("istio-delegate-merge-cases.json");

    private static List<HTTPRoute> routes(JsonNode array) {
        String json = "{kind: VirtualService, metadata: {name: a}, spec: {hosts: [a], http: " + array + "}}";
        return ((VirtualService) TestRules.parse(json).get(0).resource())
                .getSpec()
                .getHttp();
    }

    private static List<HTTPMatchRequest> matches(JsonNode array) {
        return routes(Conformance.array(Conformance.object("match", array)))
                .get(0)
                .getMatch();
    }

    @Test
    void routesMerge() {
        for (JsonNode c : cases.get("mergeRoutes")) {
            HTTPRoute root = routes(Conformance.array(c.get("root"))).get(0);
            List<HTTPRoute> merged = new ArrayList<>();
            for (HTTPRoute route : routes(c.get("delegate"))) {
                HTTPRoute one = Delegates.merge(root, route);
                if (one != null) {
                    merged.add(one);
                }
            }
            JsonNode want = c.get("expected");
            assertThat(merged)
                    .as(c.get("name").asText())
                    .isEqualTo(want == null || want.isNull() ? List.of() : routes(want));
        }
    }

    @Test
    void matchesMerge() {
        for (JsonNode c : cases.get("mergeMatches")) {
            List<HTTPMatchRequest> merged = DelegateMatches.merge(matches(c.get("root")), matches(c.get("delegate")));
            JsonNode want = c.get("expected");
            if (want == null || want.isNull()) {
                assertThat(merged == null || merged.isEmpty())
                        .as(c.get("name").asText())
                        .isTrue();
            } else {
                assertThat(merged).as(c.get("name").asText()).isEqualTo(matches(want));
            }
        }
    }

    @Test
    void contradictionsAreSeen() {
        for (JsonNode c : cases.get("hasConflict")) {
            assertThat(DelegateMatches.conflict(
                            matches(Conformance.array(c.get("root"))).get(0),
                            matches(Conformance.array(c.get("leaf"))).get(0)))
                    .as(c.toString())
                    .isEqualTo(c.path("expected").asBoolean(c.path("want").asBoolean()));
        }
    }
}
