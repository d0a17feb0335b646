/**
 * Collections whose versions share what they have in common, so that a small change to a large one is cheap to make and
 * cheap to find.
 *
 * <p>Immutable. Snapshots of rules and all that is compiled of them are kept in these.
 */
@NullMarked
package weft.routing.persistent;

import org.jspecify.annotations.NullMarked;
