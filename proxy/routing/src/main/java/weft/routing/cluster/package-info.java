/**
 * Upstream configuration: clusters, endpoints and their policies, named as in xDS.
 *
 * <p>Immutable. Health, pools and balancer state live in the proxy beside it, keyed by cluster name and endpoint.
 */
@NullMarked
package weft.routing.cluster;

import org.jspecify.annotations.NullMarked;
