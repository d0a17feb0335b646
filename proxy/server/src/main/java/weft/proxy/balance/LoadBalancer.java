package weft.proxy.balance;

import java.util.random.RandomGenerator;

/** Chooses among endpoints by their positions. An instance says which thread it is for. */
public interface LoadBalancer {

    /**
     * Position of the chosen endpoint.
     *
     * @param hash of the request, or a random number without one; only balancers by hash look at it
     */
    int pick(RandomGenerator random, long hash);

    /** How busy an endpoint is. */
    @FunctionalInterface
    interface Load {
        int activeRequests(int position);
    }
}
