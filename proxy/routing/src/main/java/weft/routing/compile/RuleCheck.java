package weft.routing.compile;

import org.jspecify.annotations.Nullable;
import weft.routing.snapshot.RuleRejection;
import weft.rules.Rule;

/** Whether a rule compiles by itself, whatever proxy it is for. Thread-safe: functions only. */
final class RuleCheck {
    private RuleCheck() {}

    /** Why the rule cannot be served, or null when it can. */
    static @Nullable RuleRejection check(Rule rule) {
        try {
            if (rule.key().kind().equals("VirtualService")) {
                HttpRoutes.check(VirtualServiceView.of(rule, Delegates.NONE));
            }
            if (rule.key().kind().equals("RateLimitPolicy")) {
                RateLimitPolicies.limits(rule);
            }
            return null;
        } catch (RuleException e) {
            return new RuleRejection(rule.key(), e.code(), String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            // Whatever a rule does to the compiler, it must hurt that rule alone.
            return new RuleRejection(rule.key(), "CompilerFailure", e.toString());
        }
    }
}
