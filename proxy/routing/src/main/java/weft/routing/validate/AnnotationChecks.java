package weft.routing.validate;

import java.util.List;
import java.util.Map;
import java.util.Set;
import weft.rules.Rule;
import weft.schema.AuthorizationAction;
import weft.schema.AuthorizationPolicy;

/** Annotations that Istio refuses on what users write. Thread-safe: functions only. */
final class AnnotationChecks {
    private static final String DRY_RUN = "istio.io/dry-run";
    /** The words of Go's {@code strconv.ParseBool}. */
    private static final Set<String> BOOLEANS =
            Set.of("1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False");

    private static final List<String> INTERNAL = List.of(
            "internal.istio.io/webhook-always-reject",
            "internal.istio.io/parents",
            "internal.istio.io/parent-namespace");

    private AnnotationChecks() {}

    static void check(Rule rule, Problems problems) {
        Map<String, String> annotations = rule.metadata().getAnnotations();
        for (String name : INTERNAL) {
            problems.require(!annotations.containsKey(name), "annotation " + name + " (expected: none, it is Istio's)");
        }
        String dryRun = annotations.get(DRY_RUN);
        if (dryRun == null) {
            return;
        }
        if (!(rule.resource() instanceof AuthorizationPolicy policy)) {
            problems.error("annotation " + DRY_RUN + " (expected: on AuthorizationPolicy alone)");
            return;
        }
        AuthorizationAction action = policy.getSpec().getAction();
        if (action != AuthorizationAction.ALLOW && action != AuthorizationAction.DENY) {
            problems.error("annotation " + DRY_RUN + " with action " + action + " (expected: ALLOW or DENY)");
        } else {
            problems.require(
                    BOOLEANS.contains(dryRun),
                    "annotation " + DRY_RUN + " \"" + dryRun + "\" (expected: true or false)");
        }
    }
}
