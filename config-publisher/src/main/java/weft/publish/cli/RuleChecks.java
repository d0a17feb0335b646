package weft.publish.cli;

import weft.publish.yaml.RuleCheck;

/** What every resource must pass before it is published. */
final class RuleChecks {
    static final RuleCheck ALL = RuleCheck.NONE;

    private RuleChecks() {}
}
