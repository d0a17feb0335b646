package weft.routing.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import weft.routing.TestRules;
import weft.rules.Rule;

/** What a selector considers does not grow with the workloads that have nothing to do with it. */
class WorkloadIndexTest {
    private static final int MANY = 1_000;

    @Test
    void onlyWorkloadsWithALabelOfTheSelectorAreCandidates() {
        List<Rule> workloads = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            workloads.addAll(TestRules.parse("""
                    kind: WorkloadEntry
                    metadata: {name: w%d, namespace: %s}
                    spec: {address: 10.0.0.1, labels: {app: a%d, tier: web}}
                    """.formatted(i, i % 2 == 0 ? "default" : "other", i / 2)));
        }
        WorkloadIndex index = new WorkloadIndex(workloads);
        assertThat(index.candidates("default", Map.of("app", "a3", "tier", "web")))
                .extracting(Workload::name)
                .containsExactly("w6");
        assertThat(index.candidates("default", Map.of("app", "a3", "tier", "none")))
                .isEmpty();
        assertThat(index.candidates("default", Map.of())).hasSize(MANY / 2);
    }

    @Test
    void whatIsSelectedCarriesAllLabels() {
        WorkloadIndex index = new WorkloadIndex(TestRules.parse(entry("a", "default", "10.0.0.1", "app: x, tier: web")
                + entry("b", "default", "10.0.0.2", "app: x, tier: db")
                + entry("c", "default", "10.0.0.3", "tier: web")));
        assertThat(index.selected("default", Map.of("app", "x", "tier", "web")))
                .extracting(Workload::name)
                .containsExactly("a");
    }

    @Test
    void theFirstOfTheNamespaceHasAnAddress() {
        WorkloadIndex index = new WorkloadIndex(TestRules.parse(entry("a", "default", "10.0.0.1", "")
                + entry("b", "default", "10.0.0.1", "")
                + entry("c", "other", "10.0.0.1", "")));
        assertThat(index.at("default", "10.0.0.1")).extracting(Workload::name).isEqualTo("a");
        assertThat(index.at("other", "10.0.0.1")).extracting(Workload::name).isEqualTo("c");
        assertThat(index.at("third", "10.0.0.1")).isNull();
    }

    private static String entry(String name, String namespace, String address, String labels) {
        return "---\nkind: WorkloadEntry\nmetadata: {name: %s, namespace: %s}\nspec: {address: %s, labels: {%s}}\n"
                .formatted(name, namespace, address, labels);
    }
}
