/**
 * Host names as Istio compares them: wildcard overlap, containment, specificity, intersection, short names.
 *
 * <p>Functions on strings; nothing is kept, any thread may call them.
 */
@NullMarked
package weft.routing.host;

import org.jspecify.annotations.NullMarked;
