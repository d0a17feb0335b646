/** Balancers and limits as functions of weights, load and chance. */
@NullMarked
package weft.proxy.upstream;

import org.jspecify.annotations.NullMarked;
