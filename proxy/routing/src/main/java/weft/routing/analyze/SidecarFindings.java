package weft.routing.analyze;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import weft.rules.Rule;
import weft.schema.Sidecar;
import weft.schema.SidecarSpec;

/** Sidecars of one namespace that select the same workloads. Thread-safe: functions only. */
final class SidecarFindings {
    private SidecarFindings() {}

    static void analyze(Mesh mesh, Findings findings) {
        Map<List<Object>, Set<Rule>> bySelector = new LinkedHashMap<>();
        for (Rule rule : mesh.ofKind("Sidecar")) {
            bySelector
                    .computeIfAbsent(List.of(rule.key().namespace(), labels(rule)), key -> new LinkedHashSet<>())
                    .add(rule);
        }
        for (Set<Rule> rivals : bySelector.values()) {
            if (rivals.size() > 1) {
                rivals.forEach(rule -> report(rule, rivals, findings));
            }
        }
    }

    private static Map<String, String> labels(Rule rule) {
        SidecarSpec spec = ((Sidecar) rule.resource()).getSpec();
        return spec.getWorkloadSelector() == null
                ? Map.of()
                : spec.getWorkloadSelector().getLabels();
    }

    private static void report(Rule rule, Set<Rule> rivals, Findings findings) {
        if (labels(rule).isEmpty()) {
            findings.add(
                    FindingCode.IST0111,
                    rule,
                    "",
                    "no workload selector, like " + Naming.others(rivals, rule) + ": only the oldest takes effect");
        } else {
            findings.add(
                    FindingCode.IST0110,
                    rule,
                    "workloadSelector.labels",
                    "the same workloads are selected by " + Naming.others(rivals, rule)
                            + ": only the oldest takes effect");
        }
    }
}
