package weft.routing.compile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import weft.rules.Rule;
import weft.schema.ServiceEntry;
import weft.schema.WorkloadEntry;
import weft.schema.WorkloadSelector;

/** WorkloadEntries by namespace and label, so that a selector is not held against all of them. Immutable. */
final class WorkloadIndex {
    private record Label(String namespace, String name, String value) {}

    private final Map<String, List<Rule>> byNamespace = new HashMap<>();
    private final Map<Label, List<Rule>> byLabel = new HashMap<>();

    WorkloadIndex(List<Rule> workloadEntries) {
        for (Rule rule : workloadEntries) {
            String namespace = rule.key().namespace();
            byNamespace.computeIfAbsent(namespace, key -> new ArrayList<>()).add(rule);
            ((WorkloadEntry) rule.resource())
                    .getSpec()
                    .getLabels()
                    .forEach((name, value) -> byLabel.computeIfAbsent(
                                    new Label(namespace, name, value), key -> new ArrayList<>())
                            .add(rule));
        }
    }

    /** Those that a ServiceEntry may select, in order: they carry one of its labels, if not all. */
    List<Rule> candidates(Rule serviceEntry) {
        WorkloadSelector selector =
                ((ServiceEntry) serviceEntry.resource()).getSpec().getWorkloadSelector();
        if (selector == null) {
            return List.of();
        }
        String namespace = serviceEntry.key().namespace();
        List<Rule> fewest = byNamespace.getOrDefault(namespace, List.of());
        for (Map.Entry<String, String> label : selector.getLabels().entrySet()) {
            List<Rule> labelled =
                    byLabel.getOrDefault(new Label(namespace, label.getKey(), label.getValue()), List.of());
            fewest = labelled.size() < fewest.size() ? labelled : fewest;
        }
        return fewest;
    }
}
