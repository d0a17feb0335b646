package weft.publish.meaning;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import weft.publish.yaml.DecodedDocument;
import weft.publish.yaml.DecodedDocument.Resource;
import weft.publish.yaml.DocumentDecoder;
import weft.publish.yaml.ResourceKinds;
import weft.publish.yaml.ResourceTree;
import weft.publish.yaml.RuleCheck;
import weft.publish.yaml.SourceText;

/** What changed, in words. */
class MeaningTest {
    private static final String ROUTES = """
            - match: [{uri: {prefix: /reviews}}]
              route: [{destination: {host: reviews, subset: v1}, weight: 100}]
            - route: [{destination: {host: reviews, subset: v3}}]
            """;

    private static @Nullable JsonNode tree(@Nullable String yaml) {
        if (yaml == null) {
            return null;
        }
        DecodedDocument document = new DocumentDecoder(new ResourceKinds(), "default", RuleCheck.NONE)
                .decode(new SourceText("test", yaml))
                .get(0);
        assertThat(document).as("%s", document.diagnostics()).isInstanceOf(Resource.class);
        return new ResourceTree(new ResourceKinds()).of(((Resource) document).rule());
    }

    private static @Nullable String virtualService(String hosts, @Nullable String http) {
        return http == null
                ? null
                : "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: reviews}\nspec:\n  hosts: "
                        + hosts + "\n  http:\n" + http.indent(2);
    }

    private static List<String> routes(@Nullable String before, @Nullable String after) {
        return Meaning.of(tree(virtualService("[reviews]", before)), tree(virtualService("[reviews]", after)));
    }

    private static List<String> spec(String kind, String before, String after) {
        String head = "apiVersion: networking.istio.io/v1\nkind: " + kind + "\nmetadata: {name: reviews}\nspec:\n";
        return Meaning.of(tree(head + before.indent(2)), tree(head + after.indent(2)));
    }

    @Test
    void sharesMove() {
        String split = ROUTES.replace(
                "subset: v1}, weight: 100}",
                "subset: v1}, weight: 90}, {destination: {host: reviews, subset: v2}, weight: 10}");
        assertThat(routes(ROUTES, split)).containsExactly("10 % of /reviews* moves from v1 to v2");
        assertThat(routes(split, ROUTES)).containsExactly("10 % of /reviews* moves from v2 to v1");
        assertThat(routes(ROUTES, ROUTES.replace("subset: v3", "subset: v2")))
                .containsExactly("all of reviews moves from v3 to v2");
        assertThat(routes(split, split.replace("weight: 90", "weight: 45").replace("weight: 10", "weight: 5")))
                .isEmpty();
        assertThat(routes(ROUTES, ROUTES.replace("host: reviews, subset: v3", "host: other")))
                .containsExactly("all of reviews moves from reviews v3 to other");
    }

    @Test
    void threeDestinationsShareOutWhatOneLoses() {
        String before = "- route: [{destination: {host: r, subset: a}, weight: 3},"
                + " {destination: {host: r, subset: b}, weight: 1}]\n";
        String after = "- route: [{destination: {host: r, subset: b}, weight: 1},"
                + " {destination: {host: r, subset: c}, weight: 1}]\n";
        assertThat(routes(before, after))
                .containsExactly("25 % of reviews moves from a to b", "50 % of reviews moves from a to c");
    }

    @Test
    void routesComeGoAndChangePlaces() {
        String added = "- match: [{headers: {end-user: {exact: jason}}}, {method: {exact: POST}, uri: {exact: /a}}]\n"
                + "  route: [{destination: {host: reviews, subset: v2}}]\n";
        String what = "with end-user: jason or POST /a";
        assertThat(routes(ROUTES, added + ROUTES)).containsExactly("route added, place 1 of 3: " + what + " → v2");
        assertThat(routes(added + ROUTES, ROUTES))
                .containsExactly("route removed, was place 1 of 3: " + what + " → v2");
        assertThat(routes(added + ROUTES, ROUTES + added))
                .containsExactly("route moved from place 1 of 3 to place 3 of 3: " + what);
        assertThat(routes(ROUTES, ROUTES.replace("prefix: /reviews", "exact: /other")))
                .containsExactly("route for /reviews* is now for /other");
    }

    @Test
    void settingsOfARoute() {
        assertThat(routes(ROUTES, ROUTES.replace("- match:", "- timeout: 5s\n  match:")))
                .containsExactly("timeout of /reviews*: none → 5s");
        assertThat(routes(
                        ROUTES.replace("- match:", "- timeout: 5s\n  match:"),
                        ROUTES.replace(
                                "- match:",
                                "- timeout: 500ms\n  retries: {attempts: 2, perTryTimeout: 1s}\n"
                                        + "  fault: {abort: {httpStatus: 503, percentage: {value: 10}}}\n"
                                        + "  rewrite: {uri: /x}\n  match:")))
                .containsExactly(
                        "timeout of /reviews*: 5s → 0.5s",
                        "retries of /reviews*: the default → 2, each within 1s",
                        "faults of /reviews*: none → 10 % get 503",
                        "/reviews*: rewrite added: {uri: /x}");
        assertThat(routes(ROUTES, ROUTES.replaceAll("- route: .*", "- directResponse: {status: 503}")))
                .containsExactly("reviews went to v3 now to answer 503".replace(" now", ", now"));
    }

    @Test
    void createdAndDeletedAreToldRouteByRoute() {
        assertThat(routes(null, ROUTES)).containsExactly("/reviews* → v1", "reviews → v3");
        assertThat(routes(ROUTES, null)).containsExactly("no longer: /reviews* → v1", "no longer: reviews → v3");
    }

    @Test
    void hostsGainedAndLost() {
        assertThat(Meaning.of(tree(virtualService("[a, b]", ROUTES)), tree(virtualService("[b, c]", ROUTES))))
                .containsExactly("hosts gained: c", "hosts lost: a");
    }

    @Test
    void subsetsAndPoliciesOfDestinationRules() {
        String before =
                "host: reviews\nsubsets:\n- {name: v1, labels: {version: v1}}\n- {name: v2, labels: {version: v2}}";
        String after = "host: reviews\ntrafficPolicy: {loadBalancer: {simple: RANDOM}}\nsubsets:\n"
                + "- {name: v1, labels: {version: one}}\n- {name: v3, labels: {version: v3}}";
        assertThat(spec("DestinationRule", before, after))
                .containsExactly(
                        "subset v1 of reviews: labels.version: v1 → one",
                        "subset v3 of reviews added: version=v3",
                        "subset v2 of reviews removed: version=v2",
                        "trafficPolicy added: {loadBalancer: {simple: RANDOM}}");
    }

    @Test
    void otherKindsFieldByField() {
        String before =
                "selector: {istio: gw}\nservers:\n- port: {number: 80, name: http, protocol: HTTP}\n  hosts: [a]";
        String after =
                "selector: {istio: gw}\nservers:\n- port: {number: 80, name: http, protocol: HTTP}\n  hosts: [a, b]\n"
                        + "- port: {number: 81, name: more, protocol: HTTP}\n  hosts: [c]";
        assertThat(spec("Gateway", before, after))
                .containsExactly(
                        "servers[80].hosts gained: b",
                        "servers gained: {port: {number: 81, protocol: HTTP, name: more}, hosts: [c]}");
    }

    @Test
    void equalResourcesMeanNothing() {
        assertThat(routes(ROUTES, ROUTES)).isEmpty();
    }
}
