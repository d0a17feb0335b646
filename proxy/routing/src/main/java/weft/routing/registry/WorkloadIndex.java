package weft.routing.registry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.rules.Rule;

/** WorkloadEntries by namespace, label and address, so that a selector is not held against all of them. Immutable. */
final class WorkloadIndex {
    private record Label(String namespace, String name, String value) {}

    private record Place(String namespace, String address) {}

    private final Map<String, List<Workload>> byNamespace = new HashMap<>();
    private final Map<Label, List<Workload>> byLabel = new HashMap<>();
    private final Map<Place, Workload> byAddress = new HashMap<>();

    WorkloadIndex(List<Rule> workloadEntries) {
        for (Rule rule : workloadEntries) {
            String namespace = rule.key().namespace();
            Workload workload = Workload.of(rule);
            byNamespace.computeIfAbsent(namespace, key -> new ArrayList<>()).add(workload);
            workload.labels()
                    .forEach((name, value) -> byLabel.computeIfAbsent(
                                    new Label(namespace, name, value), key -> new ArrayList<>())
                            .add(workload));
            byAddress.putIfAbsent(new Place(namespace, workload.address()), workload);
        }
    }

    /** Those of the namespace that carry all of these labels, in order. */
    List<Workload> selected(String namespace, Map<String, String> labels) {
        return candidates(namespace, labels).stream()
                .filter(workload -> workload.hasLabels(labels))
                .toList();
    }

    /** Those that carry one of the labels, if not all. */
    List<Workload> candidates(String namespace, Map<String, String> labels) {
        List<Workload> fewest = byNamespace.getOrDefault(namespace, List.of());
        for (Map.Entry<String, String> label : labels.entrySet()) {
            List<Workload> labelled =
                    byLabel.getOrDefault(new Label(namespace, label.getKey(), label.getValue()), List.of());
            fewest = labelled.size() < fewest.size() ? labelled : fewest;
        }
        return fewest;
    }

    /** The first of the namespace that has this address, or null. */
    @Nullable
    Workload at(String namespace, String address) {
        return byAddress.get(new Place(namespace, address));
    }
}
