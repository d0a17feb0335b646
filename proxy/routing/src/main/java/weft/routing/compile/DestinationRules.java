package weft.routing.compile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
 * <p>The proxy's namespace is asked first, then the service's, then the root; the first that holds a rule for the host
 * wins entirely, inside it the most specific host. A proxy of the root namespace asks that one last, as rules there are
 * meant for everybody, unless they are private to it.
 */
final class DestinationRules {
    static final String ROOT_NAMESPACE = "istio-system";

    private final ProxyIdentity identity;
    private final Pool own = new Pool();
    private final Map<String, Pool> exported = new HashMap<>();

    DestinationRules(List<Rule> oldestFirst, ProxyIdentity identity) {
        this.identity = identity;
        // Those for some workloads come first, so that those for all complete them.
        for (Rule rule : oldestFirst) {
            if (spec(rule).getWorkloadSelector() != null) {
                add(rule);
            }
        }
        for (Rule rule : oldestFirst) {
            if (spec(rule).getWorkloadSelector() == null) {
                add(rule);
            }
        }
        own.index();
        exported.values().forEach(Pool::index);
    }

    private void add(Rule rule) {
        boolean isRoot = identity.namespace().equals(ROOT_NAMESPACE);
        ConsolidatedRule one = ConsolidatedRule.of(rule);
        boolean isPrivate = one.isPrivate();
        if (rule.key().namespace().equals(identity.namespace())
                && (isRoot ? isPrivate : one.isVisibleTo(identity.namespace()))) {
            own.add(host(rule), one);
        }
        if (!isPrivate) {
            exported.computeIfAbsent(rule.key().namespace(), namespace -> new Pool())
                    .add(host(rule), one);
        }
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
        List<ConsolidatedRule> rules = own.mostSpecific(host);
        if (rules.isEmpty()) {
            rules = exported(serviceNamespace, host);
        }
        if (rules.isEmpty()) {
            rules = exported(ROOT_NAMESPACE, host);
        }
        return chosen(rules);
    }

    /** A more specific host that is not for this namespace still hides the others, as in Istio. */
    private List<ConsolidatedRule> exported(String owner, String host) {
        Pool pool = exported.get(owner);
        return pool == null
                ? List.of()
                : pool.mostSpecific(host).stream()
                        .filter(rule -> rule.isVisibleTo(identity.namespace()))
                        .toList();
    }

    /** The first that selects this workload, else the last without a selector: Istio's choice among rules that do not merge. */
    private @Nullable Merged chosen(List<ConsolidatedRule> rules) {
        ConsolidatedRule general = null;
        for (ConsolidatedRule rule : rules) {
            Map<String, String> selector = rule.selector();
            if (selector == null) {
                general = rule;
            } else if (identity.labels().entrySet().containsAll(selector.entrySet())) {
                return rule.merged();
            }
        }
        return general == null ? null : general.merged();
    }

    /** Rules by their full host. Confined to one compilation. */
    private static final class Pool {
        private final Map<String, List<ConsolidatedRule>> byHost = new HashMap<>();
        private WildcardIndex wildcards = WildcardIndex.EMPTY;

        void add(String host, ConsolidatedRule rule) {
            ConsolidatedRule.add(rule, byHost.computeIfAbsent(host, key -> new ArrayList<>(1)));
        }

        void index() {
            wildcards = new WildcardIndex(byHost.keySet());
        }

        List<ConsolidatedRule> mostSpecific(String host) {
            List<ConsolidatedRule> exact = byHost.get(host);
            if (exact != null) {
                return exact;
            }
            List<String> containing = wildcards.containing(host);
            return containing.isEmpty() ? List.of() : byHost.getOrDefault(containing.get(0), List.of());
        }
    }

    /** What all rules of one host come to. Immutable. */
    record Merged(@Nullable TrafficPolicy policy, List<Subset> subsets) {}
}
