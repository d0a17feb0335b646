/**
 * The compiled route table: virtual hosts, routes, matches and actions, named as in xDS.
 *
 * <p>A {@link weft.routing.http.RequestHead} comes in, a {@link weft.routing.route.Route} or null comes out. Immutable
 * and shared by all event loops; lookups allocate nothing.
 */
@NullMarked
package weft.routing.route;

import org.jspecify.annotations.NullMarked;
