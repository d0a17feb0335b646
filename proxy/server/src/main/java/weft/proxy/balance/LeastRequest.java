package weft.proxy.balance;

import java.util.random.RandomGenerator;

/**
 * The less busy of two endpoints drawn at random; Istio's default, LEAST_REQUEST, among equal weights. Immutable.
 *
 * <p>The two differ, other than Envoy's, so that the busiest endpoint of all is never the choice.
 */
public final class LeastRequest implements LoadBalancer {
    private final int size;
    private final Load load;

    public LeastRequest(int size, Load load) {
        this.size = size;
        this.load = load;
    }

    @Override
    public int pick(RandomGenerator random) {
        if (size == 1) {
            return 0;
        }
        int first = random.nextInt(size);
        int second = random.nextInt(size - 1);
        if (second >= first) {
            second++;
        }
        return load.activeRequests(second) < load.activeRequests(first) ? second : first;
    }
}
