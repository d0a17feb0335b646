package weft.routing.snapshot;

import weft.rules.RuleKey;

/** A part of a rule that is understood but without effect on this proxy, and why. Immutable. Never blocks the rule. */
public record RuleNotice(RuleKey key, String code, String text) {}
