package weft.publish.explain;

import org.jspecify.annotations.Nullable;
import weft.routing.explain.Answer;
import weft.routing.explain.Answer.Action;
import weft.routing.explain.Explanation;
import weft.routing.explain.Roots;
import weft.routing.route.RuleRef;
import weft.routing.route.WeightedCluster;
import weft.routing.snapshot.RuleSnapshot;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.SourcePosition;

/** Names of rules, where they were written and by whom, and what a person is told beside an answer. Immutable. */
public final class RuleWords {
    private static final String PASSTHROUGH = "PassthroughCluster";
    private static final String BLACK_HOLE = "BlackHoleCluster";

    private final RuleSnapshot rules;
    private final Roots roots;
    private final Provenance provenance;

    public RuleWords(RuleSnapshot rules, Provenance provenance) {
        this.rules = rules;
        this.roots = new Roots(rules.rules().values());
        this.provenance = provenance;
    }

    /** As {@code namespace/name}. */
    static String name(RuleKey key) {
        return key.namespace() + "/" + key.name();
    }

    /** The VirtualService whose host a route serves, also when a delegate wrote it. */
    String virtualService(RuleRef ref, String virtualHost) {
        return name(roots.of(ref.key(), hostOf(virtualHost)));
    }

    static String hostOf(String virtualHost) {
        int colon = virtualHost.lastIndexOf(':');
        return colon < 0 ? virtualHost : virtualHost.substring(0, colon);
    }

    /** As {@code rules.yaml:14}, empty when it is not known. */
    String source(RuleRef ref) {
        Rule rule = rules.get(ref.key());
        SourcePosition source = rule == null ? null : rule.metadata().getSource();
        if (source == null || source.getFile().isEmpty()) {
            return "";
        }
        return source.getFile() + ":" + (ref.line() > 0 ? ref.line() : source.getLine());
    }

    Provenance.@Nullable Origin origin(RuleRef ref) {
        return provenance.of(ref.key());
    }

    /** Why nothing good comes of a call, or where it goes without a rule; empty when the answer says it all. */
    String message(Explanation told) {
        Answer answer = told.answer();
        String authority = told.call().authority();
        return switch (answer.details()) {
            case "route_not_found" ->
                told.virtualHost().isEmpty()
                        ? "no virtual host is for " + authority + " here"
                        : "no route of virtual host " + told.virtualHost() + " matches";
            case "cluster_not_found" -> "";
            case "no_healthy_upstream" -> "no endpoint of the service has the labels of this subset";
            case "filter_chain_not_found" ->
                "no server of this port is for the name " + authority + ": the connection is closed";
            case "no_listener" -> "nothing listens there: the connection is refused";
            case "path_normalization_failed" -> "a proxy refuses this path";
            default -> unknown(told);
        };
    }

    private static String unknown(Explanation told) {
        WeightedCluster destination = told.answer().destination();
        if (destination != null && destination.cluster().equals(PASSTHROUGH)) {
            return "no rule and no service knows " + told.call().authority()
                    + ": it goes to the address it was sent to";
        }
        boolean isBlocked = told.answer().action() == Action.DIRECT_RESPONSE
                && told.route() != null
                && told.route().rule() == null;
        if (isBlocked || (destination != null && destination.cluster().equals(BLACK_HOLE))) {
            return "no rule and no service knows " + told.call().authority()
                    + ", and this sidecar may call no others (REGISTRY_ONLY)";
        }
        return "";
    }
}
