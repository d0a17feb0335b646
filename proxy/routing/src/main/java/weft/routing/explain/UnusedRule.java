package weft.routing.explain;

import weft.rules.RuleKey;

/**
 * What a VirtualService of the host has that this proxy does not route by. Immutable.
 *
 * @param place as {@code http[2].match[0]}, empty for all of it
 * @param line in the author's file, 0 when unknown
 */
public record UnusedRule(RuleKey rule, String place, int line, String reason) {}
