package weft.routing.compile;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import weft.rules.Rule;

/** Rules by kind, each kind in Istio's order of precedence: oldest first, then by name, then by namespace. Immutable. */
final class RuleIndex {
    private final Map<String, List<Rule>> byKind = new HashMap<>();

    RuleIndex(Collection<Rule> rules) {
        for (Rule rule : rules) {
            byKind.computeIfAbsent(rule.key().kind(), kind -> new ArrayList<>()).add(rule);
        }
        byKind.values().forEach(list -> list.sort(Rule.OLDEST_FIRST));
    }

    List<Rule> ofKind(String kind) {
        return byKind.getOrDefault(kind, List.of());
    }
}
