package weft.routing.route;

import org.jspecify.annotations.Nullable;

/**
 * One destination of a route. Immutable.
 *
 * <p>Its header operations run before those of the route, as Envoy runs them; for a single destination the compiler has
 * put them into the route's already.
 *
 * @param cluster xDS name, as {@code outbound|9080|v1|reviews.default.svc.cluster.local}; it may not exist (503 NC)
 * @param subset of the DestinationRule, empty for none
 * @param authorityRewrite new authority for the upstream when {@link Forward#authorityRewrite} names none, or null
 */
public record WeightedCluster(
        String cluster,
        String host,
        String subset,
        int weight,
        HeaderOperations requestHeaders,
        HeaderOperations responseHeaders,
        @Nullable String authorityRewrite) {

    /** A destination that leaves the host as the route has it. */
    public WeightedCluster(
            String cluster,
            String host,
            String subset,
            int weight,
            HeaderOperations requestHeaders,
            HeaderOperations responseHeaders) {
        this(cluster, host, subset, weight, requestHeaders, responseHeaders, null);
    }
}
