package weft.proxy.upstream;

import java.util.random.RandomGenerator;

/** The less busy of two choices made by weight; Istio's default, LEAST_REQUEST. Confined to the event loop. */
final class LeastRequest implements LoadBalancer {
    private final WeightedChoice choice;
    private final Load load;

    LeastRequest(WeightedChoice choice, Load load) {
        this.choice = choice;
        this.load = load;
    }

    @Override
    public int pick(RandomGenerator random) {
        int first = choice.pick(random);
        int second = choice.pick(random);
        return load.activeRequests(second) < load.activeRequests(first) ? second : first;
    }
}
