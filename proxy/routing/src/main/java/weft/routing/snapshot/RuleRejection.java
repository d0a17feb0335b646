package weft.routing.snapshot;

import weft.rules.RuleKey;

/** A rule this proxy could not accept; its last good version stays in service. Immutable. */
public record RuleRejection(RuleKey key, String code, String text) {}
