package weft.proxy.balance;

import java.util.random.RandomGenerator;

/** Chooses among endpoints by their positions. An instance says which thread it is for. */
public interface LoadBalancer {

    /** Position of the chosen endpoint. */
    int pick(RandomGenerator random);

    /** How busy an endpoint is. */
    @FunctionalInterface
    interface Load {
        int activeRequests(int position);
    }
}
