package weft.routing.route;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sends the request to one of the weighted clusters. Immutable.
 *
 * @param clusters never empty; weights are all above 0 when there are several
 * @param rewrite change of the path, or null
 * @param authorityRewrite new authority for the upstream, or null
 * @param timeoutMillis whole budget with retries; 0 for none
 * @param fault injected before the router, so that timeout and retries never see it; or null
 */
public record Forward(
        List<WeightedCluster> clusters,
        @Nullable PathRewrite rewrite,
        @Nullable String authorityRewrite,
        long timeoutMillis,
        RetryPolicy retries,
        @Nullable Fault fault,
        List<Mirror> mirrors)
        implements RouteAction {
    public Forward {
        clusters = List.copyOf(clusters);
        mirrors = List.copyOf(mirrors);
        if (clusters.isEmpty()) {
            throw new IllegalArgumentException("clusters: [] (expected: at least one)");
        }
    }

    /** Picks by weight; see {@link WeightedCluster#pick}. */
    public WeightedCluster pick(long draw) {
        return WeightedCluster.pick(clusters, draw);
    }
}
