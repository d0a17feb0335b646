package weft.routing.compile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import weft.routing.TestRules;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.rules.Rule;

/** What a lookup considers does not grow with what has nothing to do with it. */
class LargeMeshTest {
    private static final int MANY = 1_000;
    private static final ProxyIdentity SIDECAR =
            new ProxyIdentity("s", "default", Map.of(), "", "", "s", Mode.SIDECAR, List.of());

    @Test
    void virtualServicesOfOneServiceAreFoundAmongMany() {
        List<VirtualServiceView> views = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            views.add(view("plain-" + i, "s" + i + ".example.com"));
        }
        VirtualServiceView wildcard = view("wild", "*.example.com");
        views.add(wildcard);
        VirtualServiceIndex index = new VirtualServiceIndex(views);
        assertThat(index.candidates(List.of("s7.example.com"))).containsExactly(views.get(7), wildcard);
        assertThat(index.overlapping("s7.example.com")).containsExactly(views.get(7), wildcard);
        assertThat(index.byWildcard("s7.example.com")).isNull();
        assertThat(index.byWildcard("other.example.com")).isSameAs(wildcard);
        assertThat(index.overlapping("*.example.com")).hasSize(MANY + 1);
    }

    @Test
    void destinationRulesOfOneHostAreFoundAmongMany() {
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            rules.add(destinationRule("exact-" + i, "s" + i + ".example.com"));
            rules.add(destinationRule("wild-" + i, "*.w" + i + ".example.com"));
        }
        DestinationRules index = new DestinationRules(rules, SIDECAR);
        assertThat(subset(index, "s7.example.com")).isEqualTo("exact-7");
        assertThat(subset(index, "x.w7.example.com")).isEqualTo("wild-7");
        assertThat(index.lookup("x.example.com", "default")).isNull();
    }

    private static String subset(DestinationRules rules, String host) {
        DestinationRules.Merged merged = rules.lookup(host, "default");
        return merged == null ? "none" : merged.subsets().get(0).getName();
    }

    private static Rule destinationRule(String name, String host) {
        return TestRules.parse("""
                kind: DestinationRule
                metadata: {name: %s}
                spec: {host: "%s", subsets: [{name: %s}]}
                """.formatted(name, host, name)).get(0);
    }

    private static VirtualServiceView view(String name, String host) {
        return VirtualServiceView.of(TestRules.parse("""
                        kind: VirtualService
                        metadata: {name: %s}
                        spec: {hosts: ["%s"], http: [{route: [{destination: {host: a}}]}]}
                        """.formatted(name, host)).get(0), Delegates.NONE);
    }
}
