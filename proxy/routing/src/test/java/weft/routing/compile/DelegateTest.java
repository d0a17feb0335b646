package weft.routing.compile;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import weft.routing.CaseTally;
import weft.routing.Conformance;
import weft.routing.TestRules;
import weft.schema.HTTPMatchRequest;
import weft.schema.HTTPRoute;
import weft.schema.VirtualService;

/** Istio's cases of how delegates merge into roots. */
class DelegateTest {
    private static final CaseTally TALLY = new CaseTally("istio-delegate-merge-cases");

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

    @AfterAll
    static void report() {
        TALLY.report();
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
            TALLY.addEqual(c.get("name"), merged, want == null || want.isNull() ? List.of() : routes(want));
        }
    }

    @Test
    void matchesMerge() {
        for (JsonNode c : cases.get("mergeMatches")) {
            List<HTTPMatchRequest> merged = DelegateMatches.merge(matches(c.get("root")), matches(c.get("delegate")));
            JsonNode want = c.get("expected");
            TALLY.addEqual(
                    c.get("name"),
                    merged == null ? List.of() : merged,
                    want == null || want.isNull() ? List.of() : matches(want));
        }
    }

    @Test
    void contradictionsAreSeen() {
        for (JsonNode c : cases.get("hasConflict")) {
            TALLY.addEqual(
                    c,
                    DelegateMatches.conflict(
                            matches(Conformance.array(c.get("root"))).get(0),
                            matches(Conformance.array(c.get("leaf"))).get(0)),
                    c.path("expected").asBoolean(c.path("want").asBoolean()));
        }
    }
}
