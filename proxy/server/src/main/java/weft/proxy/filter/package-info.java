/**
 * What is done to a request before it is forwarded, in Istio's order: faults.
 *
 * <p>A filter sees heads of the connection's own and changes them in place, on the event loop.
 */
@NullMarked
package weft.proxy.filter;

import org.jspecify.annotations.NullMarked;
