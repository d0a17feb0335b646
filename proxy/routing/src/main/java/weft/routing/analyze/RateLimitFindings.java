package weft.routing.analyze;

import java.util.List;
import weft.rules.Rule;
import weft.schema.PolicyTargetReference;
import weft.schema.RateLimitPolicy;

/** RateLimitPolicies that are attached to what is not there. Thread-safe: functions only. */
final class RateLimitFindings {
    private RateLimitFindings() {}

    static void analyze(Mesh mesh, Findings findings) {
        for (Rule rule : mesh.ofKind("RateLimitPolicy")) {
            List<PolicyTargetReference> targets =
                    ((RateLimitPolicy) rule.resource()).getSpec().getTargetRefs();
            for (int i = 0; i < targets.size(); i++) {
                target(mesh, findings, rule, targets.get(i), "targetRefs[" + i + "].name");
            }
        }
    }

    private static void target(Mesh mesh, Findings findings, Rule rule, PolicyTargetReference target, String path) {
        String namespace = rule.key().namespace();
        if (mesh.rule(target.getKind(), namespace, target.getName()) == null) {
            List<String> known = mesh.ofKind(target.getKind()).stream()
                    .filter(one -> one.key().namespace().equals(namespace))
                    .map(one -> one.key().name())
                    .toList();
            findings.notFound(
                    FindingCode.IST0101,
                    rule,
                    path,
                    target.getKind() + " " + namespace + "/" + target.getName()
                            + " not found: nothing is limited by it",
                    target.getName(),
                    known);
        }
    }
}
