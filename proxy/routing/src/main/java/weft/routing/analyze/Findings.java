package weft.routing.analyze;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import weft.rules.Rule;

/** Collects findings, without those that a rule's own annotation suppresses. Confined to the calling thread. */
final class Findings {
    /** A list of codes separated by commas, or {@code *}. */
    private static final String SUPPRESS = "galley.istio.io/analyze-suppress";

    private final List<Finding> found = new ArrayList<>();

    void add(FindingCode code, Rule rule, String path, String message) {
        notFound(code, rule, path, message, "", List.of());
    }

    void notFound(FindingCode code, Rule rule, String path, String message, String typed, Collection<String> known) {
        if (!isSuppressed(code, rule)) {
            found.add(new Finding(code, rule, path, message, typed, known));
        }
    }

    static boolean isSuppressed(FindingCode code, Rule rule) {
        String codes = rule.metadata().getAnnotations().getOrDefault(SUPPRESS, "");
        for (String each : codes.split(",", -1)) {
            String trimmed = each.trim();
            if (trimmed.equals("*") || trimmed.equals(code.name())) {
                return true;
            }
        }
        return false;
    }

    List<Finding> all() {
        return List.copyOf(found);
    }
}
