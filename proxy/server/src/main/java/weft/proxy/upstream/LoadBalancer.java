package weft.proxy.upstream;

import java.util.random.RandomGenerator;
import weft.routing.cluster.Cluster.LbPolicy;

/**
 * Chooses among the endpoints of one cluster by weight. Confined to the event loop.
 *
 * <p>Works on positions, so that it is a function of weights, load and chance alone.
 */
interface LoadBalancer {

    /** Position of the chosen endpoint. */
    int pick(RandomGenerator random);

    /** How busy an endpoint is. */
    @FunctionalInterface
    interface Load {
        int activeRequests(int position);
    }

    /**
     * @param weights one per endpoint, at least one of them, each at least 1
     * @param random where a round begins, lest all proxies begin with the same endpoint
     */
    static LoadBalancer of(LbPolicy policy, int[] weights, Load load, RandomGenerator random) {
        if (weights.length == 1) {
            return any -> 0;
        }
        return switch (policy) {
            case ROUND_ROBIN -> new RoundRobin(weights, random);
            case RANDOM -> new WeightedChoice(weights);
            case LEAST_REQUEST, PASSTHROUGH -> new LeastRequest(new WeightedChoice(weights), load);
        };
    }
}
