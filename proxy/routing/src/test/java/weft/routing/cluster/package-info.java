/** Where endpoints are and what that makes of them. */
@NullMarked
package weft.routing.cluster;

import org.jspecify.annotations.NullMarked;
