package weft.routing.route;

import weft.rules.RuleKey;

/**
 * Which part of which rule a route came from. Immutable.
 *
 * @param key the resource, as {@code VirtualService/default/reviews}
 * @param path the entry inside its spec, as {@code http[1]}
 * @param line line of that entry in the author's file, 0 when unknown
 */
public record RuleRef(RuleKey key, String path, int line) {}
