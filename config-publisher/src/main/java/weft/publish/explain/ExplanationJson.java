package weft.publish.explain;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import weft.routing.explain.Answer;
import weft.routing.explain.Condition;
import weft.routing.explain.Explanation;
import weft.routing.explain.TracedRoute;
import weft.routing.explain.TracedRoute.Verdict;
import weft.routing.explain.UnusedRule;
import weft.routing.http.ResponseFlag;
import weft.routing.route.DirectResponse;
import weft.routing.route.Forward;
import weft.routing.route.Route;
import weft.routing.route.RuleRef;
import weft.routing.route.WeightedCluster;

/**
 * Explanations as JSON objects. Immutable.
 *
 * <p>The fields that programs compare are always there, null for nothing; what explains further is left out when empty.
 */
public final class ExplanationJson {
    private static final int WHOLE = 100;

    private final RuleWords rules;

    public ExplanationJson(RuleWords rules) {
        this.rules = rules;
    }

    /** Writes an explanation into an object that may have fields of its own already. */
    public ObjectNode write(Explanation told, ObjectNode to) {
        Route route = told.route();
        Answer answer = told.answer();
        RuleRef ref = route == null ? null : route.rule();
        to.put("virtualService", ref == null ? null : rules.virtualService(ref, told.virtualHost()));
        to.put("route", route == null ? null : name(route));
        to.put("action", answer.action().word());
        WeightedCluster destination = answer.destination();
        to.put("cluster", destination == null ? null : destination.cluster());
        to.put("subset", destination == null || destination.subset().isEmpty() ? null : destination.subset());
        List<WeightedCluster> all = destinations(route);
        if (destination == null) {
            to.putNull("weight");
        } else {
            to.put("weight", all.size() > 1 ? destination.weight() : WHOLE);
        }
        to.put("rewrittenPath", answer.path());
        to.put("rewrittenAuthority", answer.authority());
        if (answer.status() == 0) {
            to.putNull("status");
        } else {
            to.put("status", answer.status());
        }
        to.put("location", answer.location());
        to.put("responseFlags", answer.flags().isEmpty() ? null : flags(answer));
        to.put("reason", answer.details());
        further(told, ref, all, to);
        return to;
    }

    /** What the access log calls a route, or its place when it has no name. */
    private static @Nullable String name(Route route) {
        if (!route.name().isEmpty()) {
            return route.name();
        }
        return route.rule() == null ? null : route.rule().path();
    }

    private static List<WeightedCluster> destinations(@Nullable Route route) {
        return route != null && route.action() instanceof Forward forward ? forward.clusters() : List.of();
    }

    static String flags(Answer answer) {
        return answer.flags().stream().sorted().map(ResponseFlag::shortName).collect(Collectors.joining(","));
    }

    private void further(Explanation told, @Nullable RuleRef ref, List<WeightedCluster> all, ObjectNode to) {
        if (!told.virtualHost().isEmpty()) {
            to.put("virtualHost", told.virtualHost());
        }
        if (told.listener() != null) {
            to.put("listener", told.listener().name());
        }
        if (ref != null) {
            rule(ref, told.virtualHost(), to);
        }
        if (all.size() > 1) {
            ArrayNode list = to.putArray("destinations");
            all.forEach(each -> list.addObject().put("cluster", each.cluster()).put("weight", each.weight()));
        }
        if (told.route() != null
                && told.route().action() instanceof DirectResponse direct
                && direct.body().length > 0) {
            to.put("body", new String(direct.body(), StandardCharsets.UTF_8));
        }
        if (told.delaysMillis() > 0) {
            to.put("delayMillis", told.delaysMillis());
        }
        if (!told.answer().fields().set().isEmpty()) {
            ObjectNode fields = to.putObject("responseHeaders");
            told.answer().fields().set().forEach(field -> fields.put(field.name(), field.value()));
        }
        told.rateLimits()
                .forEach(limit -> to.withArray("/rateLimits")
                        .addObject()
                        .put("policy", RuleWords.name(limit.policy()))
                        .put("rule", limit.name())
                        .put("requests", limit.quota().requests())
                        .put("perMillis", limit.quota().perMillis())
                        .put("burst", limit.quota().burst())
                        .put("mode", limit.isShadow() ? "SHADOW" : "ENFORCE")
                        .put("scope", limit.isGlobal() ? "GLOBAL" : "LOCAL"));
        String message = rules.message(told);
        if (!message.isEmpty()) {
            to.put("message", message);
        }
        if (!told.notes().isEmpty()) {
            told.notes().forEach(to.putArray("notes")::add);
        }
    }

    /** Where a route was written, and by whom. */
    private void rule(RuleRef ref, String virtualHost, ObjectNode to) {
        to.put("rule", ref.path());
        if (!rules.virtualService(ref, virtualHost).equals(RuleWords.name(ref.key()))) {
            to.put("delegate", RuleWords.name(ref.key()));
        }
        String source = rules.source(ref);
        if (!source.isEmpty()) {
            to.put("source", source);
        }
        Provenance.Origin origin = rules.origin(ref);
        if (origin != null) {
            to.put("bundle", origin.bundle()).put("author", origin.author());
            to.put("publishedAt", Instant.ofEpochMilli(origin.timestamp()).toString());
        }
    }

    /** Every route of the virtual host with its verdict. */
    public void trace(Explanation told, ObjectNode to) {
        ArrayNode list = to.putArray("trace");
        for (TracedRoute traced : told.trace()) {
            ObjectNode item = list.addObject();
            RuleRef ref = traced.route().rule();
            item.put("verdict", traced.verdict().name().toLowerCase(Locale.ROOT));
            item.put("virtualService", ref == null ? null : rules.virtualService(ref, told.virtualHost()));
            item.put("route", name(traced.route()));
            if (ref != null) {
                rule(ref, told.virtualHost(), item);
            }
            if (traced.failed() != null) {
                condition(traced.failed(), item.putObject("failed"));
            }
            if (traced.verdict() == Verdict.MATCHED) {
                ArrayNode conditions = item.putArray("conditions");
                traced.conditions().forEach(each -> condition(each, conditions.addObject()));
            }
        }
    }

    /** Rules about the host that have no route on this proxy. */
    public void unused(Explanation told, ObjectNode to) {
        ArrayNode list = to.putArray("unused");
        for (UnusedRule unused : told.unused()) {
            ObjectNode item = list.addObject().put("virtualService", RuleWords.name(unused.rule()));
            if (!unused.place().isEmpty()) {
                item.put("rule", unused.place());
            }
            item.put("reason", unused.reason());
        }
    }

    private static void condition(Condition condition, ObjectNode to) {
        to.put("field", condition.field()).put("expected", condition.expected());
        if (!condition.found().isEmpty()) {
            to.put("found", condition.found());
        }
    }

    /** An object for a line that could not be read. */
    public static ObjectNode error(long line, String message) {
        return JsonNodeFactory.instance.objectNode().put("line", line).put("error", message);
    }
}
