/**
 * The algorithms of load balancing: who is next, by turns, chance, load or hash, and how load spreads over priorities.
 *
 * <p>Functions of weights, load, time and chance alone, all of which are passed in; they work on positions of endpoints and
 * know nothing of endpoints. {@link weft.proxy.upstream.EndpointSet} applies them to the endpoints of a cluster.
 */
@NullMarked
package weft.proxy.balance;

import org.jspecify.annotations.NullMarked;
