package weft.routing.explain;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import weft.routing.host.HostNames;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.Delegate;
import weft.schema.HTTPRoute;
import weft.schema.VirtualService;

/** Which VirtualServices lead to a delegate: a route is spoken of by the one that has the host. Immutable. */
public final class Roots {
    private static final String KIND = "VirtualService";

    private final Map<RuleKey, List<Rule>> byDelegate = new HashMap<>();

    public Roots(Collection<Rule> rules) {
        for (Rule rule : rules) {
            if (rule.resource() instanceof VirtualService service) {
                for (HTTPRoute entry : service.getSpec().getHttp()) {
                    if (entry.getDelegate() != null) {
                        byDelegate
                                .computeIfAbsent(key(entry.getDelegate(), rule), key -> new ArrayList<>())
                                .add(rule);
                    }
                }
            }
        }
    }

    private static RuleKey key(Delegate delegate, Rule root) {
        String namespace = delegate.getNamespace().isEmpty() ? root.key().namespace() : delegate.getNamespace();
        return new RuleKey(KIND, namespace, delegate.getName());
    }

    /** The VirtualService that has this host and delegates to a rule, or the rule itself when none does. */
    public RuleKey of(RuleKey rule, String host) {
        for (Rule root : byDelegate.getOrDefault(rule, List.of())) {
            for (String name : ((VirtualService) root.resource()).getSpec().getHosts()) {
                String full = HostNames.resolve(name, root.key().namespace()).toLowerCase(Locale.ROOT);
                if (HostNames.overlap(full, host)) {
                    return root.key();
                }
            }
        }
        return rule;
    }
}
