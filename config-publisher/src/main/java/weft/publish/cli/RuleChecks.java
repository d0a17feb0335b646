package weft.publish.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import weft.publish.yaml.Diagnostic.Severity;
import weft.publish.yaml.RuleCheck;
import weft.routing.compile.SnapshotCompiler;
import weft.routing.snapshot.LogPosition;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleSnapshot;
import weft.routing.validate.Problem;
import weft.routing.validate.RuleValidator;
import weft.rules.Rule;
import weft.schema.RequestAuthentication;

/** What every resource must pass before it is published: the same code that each proxy runs. */
public final class RuleChecks {
    /** Istio's admission checks, then the compiler: a rule that proxies would reject does not reach them. */
    public static final RuleCheck ALL = RuleChecks::check;

    private static final RuleValidator VALIDATOR = new RuleValidator();

    /** Whether a rule compiles by itself does not depend on who serves it. */
    private static final ProxyIdentity ANYBODY = new ProxyIdentity(
            "publisher", "default", Map.of(), "", "", "publisher", ProxyIdentity.Mode.GATEWAY, List.of());

    private RuleChecks() {}

    private static List<RuleCheck.Finding> check(Rule rule) {
        List<RuleCheck.Finding> findings = new ArrayList<>();
        boolean isAdmitted = true;
        for (Problem problem : VALIDATOR.validate(rule)) {
            boolean isError = problem.severity() == Problem.Severity.ERROR;
            isAdmitted &= !isError;
            findings.add(new RuleCheck.Finding(
                    problem.path(), isError ? Severity.ERROR : Severity.WARNING, problem.toString()));
        }
        if (rule.resource() instanceof RequestAuthentication authentication) {
            findings.addAll(KeySetChecks.check(authentication));
        }
        if (isAdmitted) {
            RuleSnapshot alone = RuleSnapshot.of(LogPosition.NONE, Map.of(rule.key(), rule));
            new SnapshotCompiler(ANYBODY)
                    .compile(alone, ProxySnapshot.empty(ANYBODY))
                    .rejections()
                    .forEach(r -> findings.add(new RuleCheck.Finding("", Severity.ERROR, r.text())));
        }
        return findings;
    }
}
