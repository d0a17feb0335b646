package weft.routing.validate;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import weft.schema.DestinationRuleSpec;
import weft.schema.Subset;

/** A DestinationRule and its subsets. Thread-safe: functions only. */
final class DestinationRuleChecks {
    private DestinationRuleChecks() {}

    static void check(String namespace, DestinationRuleSpec spec, Problems problems) {
        Syntax.domain(spec.getHost(), true, problems.at("host"));
        PolicyChecks.trafficPolicy(namespace, spec.getTrafficPolicy(), problems.at("trafficPolicy"));
        Set<String> names = new HashSet<>();
        for (int i = 0; i < spec.getSubsets().size(); i++) {
            Subset subset = spec.getSubsets().get(i);
            Problems at = problems.at("subsets", i);
            at.at("name").require(names.add(subset.getName()), "\"" + subset.getName() + "\" is named twice");
            RouteChecks.subset(subset.getName(), at.at("name"));
            Syntax.labels(subset.getLabels(), at.at("labels"));
            PolicyChecks.trafficPolicy(namespace, subset.getTrafficPolicy(), at.at("trafficPolicy"));
        }
        Syntax.exportTo(namespace, spec.getExportTo(), false, problems);
        if (spec.getWorkloadSelector() != null) {
            List<String> exportTo = spec.getExportTo();
            boolean own = exportTo.stream().allMatch(name -> name.equals(".") || name.equals(namespace));
            problems.at("exportTo")
                    .require(own && exportTo.size() <= 1, exportTo + " beside workloadSelector (expected: \".\")");
        }
        Selectors.check(spec.getWorkloadSelector(), problems.at("workloadSelector"));
    }
}
