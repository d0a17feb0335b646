package weft.routing.explain;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxyIdentity.OutboundSocket;
import weft.routing.snapshot.RuleSnapshot;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.Gateway;

/**
 * From where calls are made, which decides the proxy that routes them. Immutable.
 *
 * @param gateway {@code namespace/name} or, in the default namespace, {@code name}; null or {@code mesh} for a sidecar
 * @param namespace of the proxy; null for that of the Gateway, or else {@code default}
 * @param labels of the workload, besides those that the Gateway selects
 */
public record Vantage(@Nullable String gateway, @Nullable String namespace, Map<String, String> labels) {
    private static final String DEFAULT_NAMESPACE = "default";
    private static final String MESH = "mesh";
    private static final OutboundSocket OUTBOUND = new OutboundSocket("127.0.0.1", 15001);

    public Vantage {
        labels = Map.copyOf(labels);
    }

    /**
     * The proxy that stands there.
     *
     * @throws UnknownGatewayException when the rules have no such Gateway
     */
    public ProxyIdentity proxy(RuleSnapshot rules) {
        if (gateway == null || gateway.isEmpty() || gateway.equals(MESH)) {
            return new ProxyIdentity(
                    "explain",
                    namespace == null ? DEFAULT_NAMESPACE : namespace,
                    labels,
                    "",
                    "",
                    "",
                    Mode.SIDECAR,
                    List.of(),
                    OUTBOUND);
        }
        Rule rule = gateway(gateway, rules);
        Map<String, String> all =
                new HashMap<>(((Gateway) rule.resource()).getSpec().getSelector());
        all.putAll(labels);
        return new ProxyIdentity(
                "explain",
                namespace == null ? rule.key().namespace() : namespace,
                all,
                "",
                "",
                "",
                Mode.GATEWAY,
                List.of());
    }

    private static Rule gateway(String name, RuleSnapshot rules) {
        int slash = name.indexOf('/');
        String namespace = slash < 0 ? DEFAULT_NAMESPACE : name.substring(0, slash);
        String bare = name.substring(slash + 1);
        boolean isName = !namespace.isEmpty() && !bare.isEmpty() && bare.indexOf('/') < 0;
        Rule rule = isName ? rules.get(new RuleKey("Gateway", namespace, bare)) : null;
        if (rule == null) {
            List<String> known = new ArrayList<>();
            for (RuleKey key : rules.rules().keySet()) {
                if (key.kind().equals("Gateway")) {
                    known.add(key.namespace() + "/" + key.name());
                }
            }
            known.sort(null);
            throw new UnknownGatewayException(slash < 0 ? namespace + "/" + name : name, known);
        }
        return rule;
    }
}
