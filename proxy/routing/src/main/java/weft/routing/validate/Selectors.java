package weft.routing.validate;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.schema.PolicyWorkloadSelector;
import weft.schema.WorkloadSelector;

/** Selections of workloads by label. Thread-safe: functions only. */
final class Selectors {
    private static final int KEY_LENGTH = 63;

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

    static void check(@Nullable PolicyWorkloadSelector selector, Problems problems) {
        if (selector == null) {
            return;
        }
        Problems at = problems.at("workloadSelector");
        labels(selector.getMatchLabels(), at.at("matchLabels"));
        selector.getMatchLabels().forEach((key, value) -> {
            at.require(key.length() <= KEY_LENGTH + 253 + 1, "\"" + key + "\" (expected: a label name)");
            at.require(value.length() <= KEY_LENGTH, "\"" + value + "\" (expected: a label value)");
        });
        if (selector.getMatchLabels().isEmpty()) {
            at.warning("names no labels and selects every workload of the namespace");
        }
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
