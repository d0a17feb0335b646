/**
 * Clusters at run time: endpoints, load balancers, limits and connection pools beside the immutable configuration.
 *
 * <p>{@link weft.proxy.upstream.Clusters} is brought in line with each snapshot on the rule-loader thread; event loops pick
 * an {@link weft.proxy.upstream.EndpointState} and take a connection from that loop's own
 * {@link weft.proxy.upstream.ConnectionPool}. State of clusters and endpoints that did not change survives.
 */
@NullMarked
package weft.proxy.upstream;

import org.jspecify.annotations.NullMarked;
