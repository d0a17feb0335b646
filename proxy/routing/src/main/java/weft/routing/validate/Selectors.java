package weft.routing.validate;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.schema.PolicyTargetReference;
import weft.schema.PolicyWorkloadSelector;
import weft.schema.WorkloadSelector;

/** Selections of workloads by label. Thread-safe: functions only. */
final class Selectors {
    private static final List<String> TARGETS = List.of(
            "Service",
            "core/Service",
            "networking.istio.io/ServiceEntry",
            "gateway.networking.k8s.io/Gateway",
            "gateway.networking.k8s.io/GatewayClass");

    private Selectors() {}

    static void check(@Nullable WorkloadSelector selector, Problems problems) {
        if (selector == null) {
            return;
        }
        Problems at = problems.at("workloadSelector");
        labels(selector.getLabels(), at.at("labels"));
        if (selector.getLabels().isEmpty()) {
            at.warning("names no labels and selects every workload of the namespace");
        }
    }

    /** Checks the selector that stands in this place. */
    static void check(@Nullable PolicyWorkloadSelector selector, Problems problems) {
        if (selector == null) {
            return;
        }
        labels(selector.getMatchLabels(), problems.at("matchLabels"));
        if (selector.getMatchLabels().isEmpty()) {
            problems.warning("names no labels and selects every workload of the namespace");
        }
    }

    /** Checks what a policy applies to: workloads by label, or the resources it is attached to. */
    static void target(
            @Nullable PolicyWorkloadSelector selector,
            @Nullable PolicyTargetReference targetRef,
            List<PolicyTargetReference> targetRefs,
            Problems problems) {
        int ways = (selector == null ? 0 : 1) + (targetRef == null ? 0 : 1) + (targetRefs.isEmpty() ? 0 : 1);
        problems.require(ways <= 1, "selector, targetRef, targetRefs together (expected: one of them)");
        check(selector, problems.at("selector"));
        if (targetRef != null) {
            reference(targetRef, problems.at("targetRef"));
        }
        for (int i = 0; i < targetRefs.size(); i++) {
            reference(targetRefs.get(i), problems.at("targetRefs", i));
        }
    }

    private static void reference(PolicyTargetReference reference, Problems problems) {
        reference(reference, TARGETS, problems);
    }

    /** @param targets kinds that may be referred to, each after its group and a slash */
    static void reference(PolicyTargetReference reference, List<String> targets, Problems problems) {
        problems.at("name").require(!reference.getName().isEmpty(), "is missing");
        problems.at("namespace")
                .require(
                        reference.getNamespace().isEmpty(),
                        "\"" + reference.getNamespace() + "\" (expected: none, a target is of the own namespace)");
        String kind =
                reference.getGroup().isEmpty() ? reference.getKind() : reference.getGroup() + "/" + reference.getKind();
        problems.at("kind")
                .require(targets.contains(kind), "\"" + kind + "\" (expected: " + String.join(", ", targets) + ")");
    }

    private static void labels(Map<String, String> labels, Problems problems) {
        labels.forEach((key, value) -> {
            problems.require(!key.isEmpty(), "\"=" + value + "\" (expected: a label name)");
            problems.require(
                    key.indexOf('*') < 0 && value.indexOf('*') < 0,
                    "\"" + key + "=" + value + "\" (expected: no wildcard)");
        });
    }
}
