package weft.routing.route;

import java.util.List;
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

    /**
     * Picks by weight: the draw modulo the sum of weights falls into one cluster's interval, as in Envoy.
     *
     * @param clusters never empty; weights are all above 0 when there are several
     * @param draw uniform and not negative, far above the sum of weights; the access log records it, so that a replay
     *     takes the same cluster
     */
    public static WeightedCluster pick(List<WeightedCluster> clusters, long draw) {
        if (draw < 0) {
            throw new IllegalArgumentException("draw: " + draw + " (expected: 0 or more)");
        }
        if (clusters.size() == 1) {
            return clusters.get(0);
        }
        long total = 0;
        for (int i = 0; i < clusters.size(); i++) {
            total += clusters.get(i).weight();
        }
        long point = draw % total;
        for (int i = 0; i < clusters.size(); i++) {
            point -= clusters.get(i).weight();
            if (point < 0) {
                return clusters.get(i);
            }
        }
        throw new IllegalStateException("weights of " + clusters + " (expected: above 0)");
    }
}
