package weft.routing.registry;

import java.util.HashMap;
import java.util.Map;
import weft.rules.Rule;
import weft.schema.WorkloadEntry;
import weft.schema.WorkloadEntrySpec;

/**
 * A WorkloadEntry as services select it. Immutable.
 *
 * @param ports by name
 * @param labels of spec and metadata, the latter first
 */
record Workload(
        String name, String address, Map<String, Integer> ports, Map<String, String> labels, WorkloadEntrySpec spec) {

    static Workload of(Rule rule) {
        WorkloadEntrySpec spec = ((WorkloadEntry) rule.resource()).getSpec();
        return new Workload(rule.key().name(), spec.getAddress(), ports(spec), labels(rule, spec), spec);
    }

    private static Map<String, String> labels(Rule rule, WorkloadEntrySpec spec) {
        if (rule.metadata().getLabels().isEmpty()) {
            return Map.copyOf(spec.getLabels());
        }
        Map<String, String> labels = new HashMap<>(spec.getLabels());
        labels.putAll(rule.metadata().getLabels());
        return Map.copyOf(labels);
    }

    static Map<String, Integer> ports(WorkloadEntrySpec spec) {
        if (spec.getPorts().isEmpty()) {
            return Map.of();
        }
        Map<String, Integer> ports = new HashMap<>();
        spec.getPorts().forEach((name, number) -> ports.put(name, number.intValue()));
        return Map.copyOf(ports);
    }

    boolean hasLabels(Map<String, String> wanted) {
        return Instance.hasAll(labels, wanted);
    }

    /** As an instance that serves the ports of a service here. */
    Instance instance(Map<String, Integer> servicePorts) {
        return new Instance(
                address,
                servicePorts,
                labels,
                spec.getLocality(),
                spec.getNetwork(),
                (int) Math.max(1, spec.getWeight()),
                spec.getServiceAccount(),
                name);
    }
}
