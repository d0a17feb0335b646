/** Decisions of the request path as functions of their input. */
@NullMarked
package weft.proxy.exchange;

import org.jspecify.annotations.NullMarked;
