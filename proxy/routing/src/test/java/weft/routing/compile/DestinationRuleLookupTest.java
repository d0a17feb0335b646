package weft.routing.compile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import weft.routing.TestRules;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.rules.Rule;
import weft.schema.Subset;

/** Which DestinationRules a proxy applies to a service, and what several come to, as in Istio's push context. */
class DestinationRuleLookupTest {
    private static final String HOST = "reviews.shop.svc.cluster.local";

    /** A rule whose only subset is named after it, so that the answer tells which rules were taken. */
    private static String rule(String name, int year, String namespace, String rest) {
        return """
                kind: DestinationRule
                metadata: {name: %1$s, namespace: %3$s, creationTimestamp: '%2$d-01-01T00:00:00Z'}
                spec: {host: %5$s, subsets: [{name: %1$s}], %4$s}
                """.formatted(
                        name, year, namespace, rest, rest.contains("wildcard") ? "'*.shop.svc.cluster.local'" : HOST)
                .replace("wildcard, ", "")
                .replace(", wildcard", "")
                .replace("wildcard", "");
    }

    private static String from(String namespace, String... rules) {
        return from(namespace, Map.of("app", "web"), rules);
    }

    private static String from(String namespace, Map<String, String> labels, String... rules) {
        DestinationRules.Merged merged = lookup(namespace, labels, rules);
        return merged == null
                ? "none"
                : merged.subsets().stream().map(Subset::getName).collect(Collectors.joining("+"));
    }

    private static DestinationRules.@org.jspecify.annotations.Nullable Merged lookup(
            String namespace, Map<String, String> labels, String... rules) {
        List<Rule> parsed = new ArrayList<>();
        for (String rule : rules) {
            parsed.addAll(TestRules.parse(rule));
        }
        parsed.sort(Rule.OLDEST_FIRST);
        ProxyIdentity identity = new ProxyIdentity("p", namespace, labels, "", "", "p", Mode.SIDECAR, List.of());
        return new DestinationRules(parsed, identity).lookup(HOST, "shop");
    }

    @Test
    void theClientsNamespaceIsAskedFirstThenTheServicesThenTheRoot() {
        String client = rule("client", 2022, "web", "");
        String service = rule("service", 2021, "shop", "");
        String root = rule("root", 2020, "istio-system", "");

        assertThat(from("web", root, service, client)).isEqualTo("client");
        assertThat(from("web", root, service)).isEqualTo("service");
        assertThat(from("web", root)).isEqualTo("root");
        assertThat(from("web", rule("other", 2020, "other", ""))).isEqualTo("none");
    }

    @Test
    void theFirstNamespaceWithAnyMatchWinsHoweverWideItIs() {
        assertThat(from("web", rule("exact", 2020, "shop", ""), rule("wide", 2021, "web", "wildcard")))
                .isEqualTo("wide");
        assertThat(from("web", rule("wide", 2020, "web", "wildcard"), rule("exact", 2021, "web", "")))
                .as("inside a namespace the more specific host")
                .isEqualTo("exact");
    }

    @Test
    void aProxyOfTheRootNamespaceObeysTheServicesOwnRule() {
        String service = rule("service", 2021, "shop", "");

        assertThat(from("istio-system", rule("root", 2020, "istio-system", ""), service))
                .as("what is there for everybody must not hide it from gateways")
                .isEqualTo("service");
        assertThat(from("istio-system", rule("root", 2020, "istio-system", "exportTo: ['.']"), service))
                .as("a private rule is meant for them")
                .isEqualTo("root");
        assertThat(from("istio-system", rule("root", 2020, "istio-system", ""))).isEqualTo("root");
    }

    @Test
    void aRuleIsSeenWhereItIsExportedTo() {
        assertThat(from("web", rule("a", 2020, "shop", "exportTo: ['.']"))).isEqualTo("none");
        assertThat(from("web", rule("a", 2020, "shop", "exportTo: [shop]"))).isEqualTo("none");
        assertThat(from("web", rule("a", 2020, "shop", "exportTo: [web]"))).isEqualTo("a");
        assertThat(from("web", rule("a", 2020, "shop", "exportTo: ['*']"))).isEqualTo("a");
        assertThat(from("shop", rule("a", 2020, "shop", "exportTo: ['.']"))).isEqualTo("a");
        assertThat(from("web", rule("a", 2020, "shop", "exportTo: ['.', web]"))).isEqualTo("a");
        assertThat(from("shop", rule("a", 2020, "shop", "exportTo: [web]")))
                .as("not even its own namespace")
                .isEqualTo("none");
    }

    @Test
    void aMoreSpecificRuleForOthersHidesAWiderOne() {
        assertThat(from(
                        "web",
                        rule("wide", 2020, "shop", "wildcard"),
                        rule("exact", 2021, "shop", "exportTo: [other]")))
                .isEqualTo("none");
        assertThat(from("web", rule("wide", 2020, "shop", "wildcard"), rule("exact", 2021, "shop", "exportTo: ['.']")))
                .as("a private one is nobody else's business")
                .isEqualTo("wide");
        assertThat(from("web", rule("wide", 2020, "shop", "wildcard"), rule("exact", 2021, "shop", "exportTo: [shop]")))
                .as("its own namespace by name is as private")
                .isEqualTo("wide");
    }

    @Test
    void rulesOfOneHostAndNamespaceMergeByAge() {
        String first = rule("a", 2020, "shop", "");
        String second = rule("b", 2021, "shop", "trafficPolicy: {loadBalancer: {simple: RANDOM}}");
        String third = rule("c", 2022, "shop", "trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}");
        String twice = first.replace("name: a,", "name: x,").replace("2020", "2023");

        DestinationRules.Merged merged = lookup("web", Map.of(), third, twice, second, first);

        assertThat(merged).isNotNull().satisfies(m -> {
            assertThat(m.subsets()).extracting(Subset::getName).containsExactly("a", "b", "c");
            assertThat(m.policy())
                    .isNotNull()
                    .satisfies(policy -> assertThat(
                                    policy.getLoadBalancer().getSimple().name())
                            .isEqualTo("RANDOM"));
        });
    }

    @Test
    void rulesForDifferentNamespacesDoNotMerge() {
        String all = rule("all", 2020, "shop", "");
        String own = rule("own", 2021, "shop", "exportTo: ['.']");

        assertThat(from("web", all, own)).isEqualTo("all");
        assertThat(from("shop", all, own))
                .as("the youngest of those that stay apart")
                .isEqualTo("own");
        assertThat(from(
                        "web",
                        rule("a", 2020, "shop", "exportTo: [web]"),
                        rule("b", 2021, "shop", "exportTo: [web, x]")))
                .as("the younger is for more")
                .isEqualTo("a+b");
    }

    @Test
    void aRuleForTheWorkloadBeatsThoseForAll() {
        String all = rule("all", 2020, "web", "");
        String selecting =
                rule("selecting", 2021, "web", "workloadSelector: {matchLabels: {app: web}}, exportTo: ['*']");
        String wide = rule("wide", 2021, "web", "wildcard, workloadSelector: {matchLabels: {app: web}}");

        assertThat(from("web", all, selecting)).isEqualTo("selecting");
        assertThat(from("web", Map.of("app", "other"), all, selecting)).isEqualTo("all");
        assertThat(from("web", all, wide))
                .as("among rules of the most specific host")
                .isEqualTo("all");
        assertThat(from("shop", Map.of("app", "web"), selecting))
                .as("it is never exported")
                .isEqualTo("none");
    }

    @Test
    void aRuleForSomeWorkloadsStaysInItsNamespace() {
        String selecting =
                rule("selecting", 2021, "shop", "workloadSelector: {matchLabels: {app: web}}, exportTo: ['*']");

        assertThat(from("shop", selecting)).isEqualTo("selecting");
        assertThat(from("web", selecting)).as("whatever it says").isEqualTo("none");
    }

    @Test
    void aRuleForAllCompletesThoseForSomeOfTheNamespacesItNames() {
        String selecting = rule("selecting", 2021, "shop", "workloadSelector: {matchLabels: {app: web}}");
        String own = rule("own", 2020, "shop", "exportTo: ['.', x]");

        assertThat(from("shop", own, selecting)).isEqualTo("selecting+own");
        assertThat(from("shop", Map.of("app", "other"), own, selecting)).isEqualTo("own");
        assertThat(from("shop", rule("all", 2020, "shop", ""), selecting))
                .as("it does not name them")
                .isEqualTo("selecting");
        assertThat(from(
                        "shop",
                        selecting,
                        selecting.replace("name: selecting,", "name: other,").replace("web}", "x}")))
                .as("those for some are told apart by whom they are for")
                .isEqualTo("selecting");
    }
}
