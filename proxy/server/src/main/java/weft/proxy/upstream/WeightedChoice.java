package weft.proxy.upstream;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Chance in proportion to weight; Istio's RANDOM. Immutable. */
final class WeightedChoice implements LoadBalancer {
    private final long[] upTo;
    private final boolean isEven;

    WeightedChoice(int[] weights) {
        upTo = new long[weights.length];
        long total = 0;
        boolean even = true;
        for (int i = 0; i < weights.length; i++) {
            total += weights[i];
            upTo[i] = total;
            even &= weights[i] == weights[0];
        }
        isEven = even;
    }

    @Override
    public int pick(RandomGenerator random) {
        if (isEven) {
            return random.nextInt(upTo.length);
        }
        long point = random.nextLong(upTo[upTo.length - 1]);
        int found = Arrays.binarySearch(upTo, point);
        return found >= 0 ? found + 1 : -found - 1;
    }
}
