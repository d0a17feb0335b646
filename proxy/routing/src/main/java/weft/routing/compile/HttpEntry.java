package weft.routing.compile;

import weft.rules.Rule;
import weft.schema.HTTPRoute;

/**
 * One http entry as a proxy takes it. Immutable.
 *
 * @param source the rule it was written in: the VirtualService itself, or its delegate
 * @param index of the entry in that rule
 */
record HttpEntry(HTTPRoute route, Rule source, int index) {}
