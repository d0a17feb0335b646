/**
 * The {@code weft sink} program: wires the aggregator, its queries and its web server together, in
 * {@link weft.sink.Main}'s order.
 */
@NullMarked
package weft.sink;

import org.jspecify.annotations.NullMarked;
