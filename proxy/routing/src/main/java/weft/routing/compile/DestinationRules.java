package weft.routing.compile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import weft.routing.host.HostNames;
import weft.routing.host.WildcardIndex;
import weft.routing.snapshot.ProxyIdentity;
import weft.rules.Rule;
import weft.schema.DestinationRule;
import weft.schema.DestinationRuleSpec;
import weft.schema.Subset;
import weft.schema.TrafficPolicy;

/**
 * Which DestinationRule applies to a service, seen from one proxy. Confined to one compilation.
 *
 * <p>The proxy's namespace is asked first, then the service's, then the root; the first that holds a match wins
 * entirely, inside it the most specific host.
 */
final class DestinationRules {
    static final String ROOT_NAMESPACE = "istio-system";

    private final ProxyIdentity identity;
    private final Map<String, OfNamespace> byNamespace = new HashMap<>();

    /** Rules by their full host, oldest first. */
    private record OfNamespace(Map<String, List<Rule>> byHost, WildcardIndex wildcards) {}

    DestinationRules(List<Rule> oldestFirst, ProxyIdentity identity) {
        this.identity = identity;
        Map<String, Map<String, List<Rule>>> grouped = new HashMap<>();
        for (Rule rule : oldestFirst) {
            grouped.computeIfAbsent(rule.key().namespace(), namespace -> new HashMap<>())
                    .computeIfAbsent(host(rule), host -> new ArrayList<>())
                    .add(rule);
        }
        grouped.forEach((namespace, byHost) ->
                byNamespace.put(namespace, new OfNamespace(byHost, new WildcardIndex(byHost.keySet()))));
    }

    static String host(Rule rule) {
        return HostNames.resolve(spec(rule).getHost(), rule.key().namespace());
    }

    private static DestinationRuleSpec spec(Rule rule) {
        return ((DestinationRule) rule.resource()).getSpec();
    }

    /** The merged rule for a service, or null. */
    @Nullable
    Merged lookup(String host, String serviceNamespace) {
        return in(identity.namespace(), host)
                .or(() -> in(serviceNamespace, host))
                .or(() -> in(ROOT_NAMESPACE, host))
                .orElse(null);
    }

    private Optional<Merged> in(String namespace, String host) {
        OfNamespace rules = byNamespace.get(namespace);
        if (rules == null) {
            return Optional.empty();
        }
        Optional<Merged> selected = mostSpecific(rules, host, this::isSelected);
        return selected.isPresent() ? selected : mostSpecific(rules, host, this::isVisible);
    }

    /** A rule with a workloadSelector is for these workloads of its namespace alone, and beats those without. */
    private boolean isSelected(Rule rule) {
        DestinationRuleSpec spec = spec(rule);
        return spec.getWorkloadSelector() != null
                && rule.key().namespace().equals(identity.namespace())
                && identity.labels()
                        .entrySet()
                        .containsAll(spec.getWorkloadSelector().getMatchLabels().entrySet());
    }

    private boolean isVisible(Rule rule) {
        DestinationRuleSpec spec = spec(rule);
        return spec.getWorkloadSelector() == null
                && ExportTo.isVisible(spec.getExportTo(), rule.key().namespace(), identity.namespace());
    }

    private static Optional<Merged> mostSpecific(OfNamespace rules, String host, Predicate<Rule> applies) {
        List<Rule> exact = applying(rules.byHost.getOrDefault(host, List.of()), applies);
        if (!exact.isEmpty()) {
            return Optional.of(merge(exact));
        }
        for (String wildcard : rules.wildcards.containing(host)) {
            List<Rule> applying = applying(rules.byHost.getOrDefault(wildcard, List.of()), applies);
            if (!applying.isEmpty()) {
                return Optional.of(merge(applying));
            }
        }
        return Optional.empty();
    }

    private static List<Rule> applying(List<Rule> rules, Predicate<Rule> applies) {
        return rules.stream().filter(applies).toList();
    }

    /** Subsets add up, the first of a name is kept; the oldest trafficPolicy stands. Other exportTo does not merge. */
    private static Merged merge(List<Rule> oldestFirst) {
        DestinationRuleSpec first = spec(oldestFirst.get(0));
        TrafficPolicy policy = null;
        Map<String, Subset> subsets = new LinkedHashMap<>();
        for (Rule rule : oldestFirst) {
            DestinationRuleSpec spec = spec(rule);
            if (!spec.getExportTo().equals(first.getExportTo())) {
                continue;
            }
            if (policy == null) {
                policy = spec.getTrafficPolicy();
            }
            for (Subset subset : spec.getSubsets()) {
                subsets.putIfAbsent(subset.getName(), subset);
            }
        }
        return new Merged(policy, List.copyOf(subsets.values()));
    }

    /** What all rules of one host come to. Immutable. */
    record Merged(@Nullable TrafficPolicy policy, List<Subset> subsets) {}
}
