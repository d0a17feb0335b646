package weft.publish.cli;

import weft.publish.yaml.Diagnostic.Severity;
import weft.publish.yaml.RuleCheck;
import weft.routing.validate.Problem;
import weft.routing.validate.RuleValidator;

/** What every resource must pass before it is published. */
public final class RuleChecks {
    /** Istio's admission checks, by the same code that a proxy's compiler trusts. */
    public static final RuleCheck ALL = admission(new RuleValidator());

    private RuleChecks() {}

    private static RuleCheck admission(RuleValidator validator) {
        return rule -> validator.validate(rule).stream()
                .map(problem -> new RuleCheck.Finding(
                        problem.path(),
                        problem.severity() == Problem.Severity.ERROR ? Severity.ERROR : Severity.WARNING,
                        problem.toString()))
                .toList();
    }
}
