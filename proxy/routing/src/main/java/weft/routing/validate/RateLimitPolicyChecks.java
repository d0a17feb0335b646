package weft.routing.validate;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.routing.ratelimit.MatchFields;
import weft.schema.RateLimit;
import weft.schema.RateLimitKey;
import weft.schema.RateLimitPolicySpec;
import weft.schema.RateLimitRule;

/** A RateLimitPolicy: what it is attached to, and each of its rules. Thread-safe: functions only. */
final class RateLimitPolicyChecks {
    /** Istio's own Gateway, as there is no other here; a Service by its core group or none. */
    private static final List<String> TARGETS =
            List.of("networking.istio.io/Gateway", "Service", "core/Service", "networking.istio.io/ServiceEntry");

    private RateLimitPolicyChecks() {}

    static void check(RateLimitPolicySpec spec, Problems problems) {
        problems.require(
                spec.getSelector() == null || spec.getTargetRefs().isEmpty(),
                "selector beside targetRefs (expected: one of them)");
        Selectors.check(spec.getSelector(), problems.at("selector"));
        for (int i = 0; i < spec.getTargetRefs().size(); i++) {
            Selectors.reference(spec.getTargetRefs().get(i), TARGETS, problems.at("targetRefs", i));
        }
        problems.at("rules").require(!spec.getRules().isEmpty(), "is empty (expected: one rule at least)");
        Set<String> names = new HashSet<>();
        for (int i = 0; i < spec.getRules().size(); i++) {
            RateLimitRule rule = spec.getRules().get(i);
            Problems at = problems.at("rules", i);
            rule(rule, at);
            at.at("name")
                    .require(
                            rule.getName().isEmpty() || names.add(rule.getName()),
                            "\"" + rule.getName() + "\" twice (expected: a name of its own)");
        }
    }

    private static void rule(RateLimitRule rule, Problems problems) {
        problems.at("name")
                .require(
                        rule.getName().isEmpty() || Syntax.isDnsLabel(rule.getName()),
                        "\"" + rule.getName() + "\" (expected: letters, digits and '-')");
        for (int i = 0; i < rule.getMatch().size(); i++) {
            HttpRouteChecks.match(MatchFields.of(rule.getMatch().get(i)), problems.at("match", i));
        }
        Set<String> keys = new HashSet<>();
        for (int i = 0; i < rule.getKeys().size(); i++) {
            key(rule.getKeys().get(i), keys, problems.at("keys", i));
        }
        limit(rule.getLimit(), problems.at("limit"));
    }

    private static void key(RateLimitKey key, Set<String> before, Problems problems) {
        if (key.getHeader() != null) {
            problems.at("header")
                    .require(
                            Syntax.isHeaderName(key.getHeader()),
                            "\"" + key.getHeader() + "\" (expected: a header name)");
        }
        if (key.getClaim() != null) {
            problems.at("claim").require(!key.getClaim().isEmpty(), "\"\" (expected: the name of a claim)");
        }
        String same = key.getHeader() != null
                ? "header " + key.getHeader().toLowerCase(Locale.ROOT)
                : key.getAttribute() + " " + key.getClaim();
        problems.require(before.add(same), "stands here twice (expected: each key once)");
    }

    private static void limit(@Nullable RateLimit limit, Problems problems) {
        if (limit == null) {
            problems.error("is missing (expected: requests, and unit or per)");
            return;
        }
        problems.at("requests").require(limit.getRequests() >= 1, limit.getRequests() + " (expected: 1 or more)");
    }
}
