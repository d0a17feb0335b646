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

    /**
     * Picks by weight: the draw modulo the sum of weights falls into one cluster's interval, as in Envoy.
     *
     * @param draw uniform and not negative, far above the sum of weights; the access log records it, so that a replay
     *     takes the same cluster
     */
    public WeightedCluster pick(long draw) {
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
