package weft.routing.compile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.routing.compile.DestinationRules.Merged;
import weft.rules.Rule;
import weft.schema.DestinationRule;
import weft.schema.DestinationRuleSpec;
import weft.schema.Subset;

/**
 * DestinationRules of one namespace and host that count as one. Immutable.
 *
 * @param namespace they stand in
 * @param exportTo of the first of them, without repetition; empty means all
 * @param selector labels of the workloads it is for, or null for all
 */
record ConsolidatedRule(
        String namespace, Set<String> exportTo, @Nullable Map<String, String> selector, Merged merged) {

    static ConsolidatedRule of(Rule rule) {
        DestinationRuleSpec spec = ((DestinationRule) rule.resource()).getSpec();
        Map<String, Subset> subsets = new LinkedHashMap<>();
        spec.getSubsets().forEach(subset -> subsets.putIfAbsent(subset.getName(), subset));
        boolean selects = spec.getWorkloadSelector() != null;
        return new ConsolidatedRule(
                rule.key().namespace(),
                // A rule for some workloads stays in its namespace, whatever it says.
                selects ? Set.of(".") : Set.copyOf(spec.getExportTo()),
                selects ? spec.getWorkloadSelector().getMatchLabels() : null,
                new Merged(spec.getTrafficPolicy(), List.copyOf(subsets.values())));
    }

    /** Whether nobody outside its namespace sees it. */
    boolean isPrivate() {
        return exportTo.size() == 1 && (exportTo.contains(".") || exportTo.contains(namespace));
    }

    boolean isVisibleTo(String viewer) {
        return ExportTo.isVisible(List.copyOf(exportTo), namespace, viewer);
    }

    /**
     * Adds a younger rule of the same host: to those that it merges with, by itself when none is for the same workloads.
     *
     * <p>Rules merge when they are for the same namespaces, or the younger is for more of them, and for the same workloads.
     * One for all workloads also completes those for some, as long as it names the namespaces that these are for.
     */
    static void add(ConsolidatedRule rule, List<ConsolidatedRule> to) {
        boolean isMerged = false;
        for (int i = 0; i < to.size(); i++) {
            ConsolidatedRule older = to.get(i);
            if (older.takes(rule)) {
                to.set(i, older.with(rule));
                isMerged |= older.selectsAs(rule);
            }
        }
        if (!isMerged) {
            to.add(rule);
        }
    }

    private boolean takes(ConsolidatedRule younger) {
        boolean isForSame = exportTo.equals(younger.exportTo);
        boolean isForMore = !exportTo.isEmpty() && younger.exportTo.containsAll(exportTo);
        return (isForSame || isForMore) && (younger.selector == null || selectsAs(younger));
    }

    private boolean selectsAs(ConsolidatedRule other) {
        return selector == null ? other.selector == null : selector.equals(other.selector);
    }

    /** Subsets add up, the first of a name is kept; the oldest trafficPolicy stands. */
    private ConsolidatedRule with(ConsolidatedRule younger) {
        Map<String, Subset> subsets = new LinkedHashMap<>();
        merged.subsets().forEach(subset -> subsets.put(subset.getName(), subset));
        younger.merged.subsets().forEach(subset -> subsets.putIfAbsent(subset.getName(), subset));
        return new ConsolidatedRule(
                namespace,
                exportTo,
                selector,
                new Merged(
                        merged.policy() == null ? younger.merged.policy() : merged.policy(),
                        new ArrayList<>(subsets.values())));
    }
}
