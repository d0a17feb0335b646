package weft.proxy.balance;

import java.util.random.RandomGenerator;

/**
 * Chance in proportion to weight; Istio's RANDOM. Immutable.
 *
 * <p>A draw costs the same among ten and ten thousand: Walker's alias method, with the tables made as Vose does.
 */
public final class WeightedChoice implements LoadBalancer {
    private final int size;
    /* Null when all weights are equal. A draw of a position stands if a second draw is below its share, else its alias. */
    private final double[] shares;
    private final int[] aliases;

    private static final double[] EVEN = {};

    /** @param weights at least one, each at least 0, not all 0 */
    public WeightedChoice(double... weights) {
        size = weights.length;
        if (isEven(weights)) {
            shares = EVEN;
            aliases = new int[0];
            return;
        }
        shares = new double[size];
        aliases = new int[size];
        fill(weights);
    }

    static boolean isEven(double[] weights) {
        for (double weight : weights) {
            if (weight != weights[0]) {
                return false;
            }
        }
        return true;
    }

    /** Pairs positions that have less than an even share with some that have more, until each makes one full share. */
    private void fill(double[] weights) {
        double total = 0;
        for (double weight : weights) {
            total += weight;
        }
        int[] order = new int[size];
        int small = 0;
        int large = size;
        for (int i = 0; i < size; i++) {
            shares[i] = weights[i] * size / total;
            aliases[i] = i;
            if (shares[i] < 1) {
                order[small++] = i;
            } else {
                order[--large] = i;
            }
        }
        while (small > 0 && large < size) {
            int poor = order[--small];
            int rich = order[large];
            aliases[poor] = rich;
            shares[rich] -= 1 - shares[poor];
            if (shares[rich] < 1) {
                large++;
                order[small++] = rich;
            }
        }
        // What is left over by rounding is a full share.
        while (small > 0) {
            shares[order[--small]] = 1;
        }
    }

    @Override
    public int pick(RandomGenerator random) {
        int position = random.nextInt(size);
        if (shares.length == 0) {
            return position;
        }
        return random.nextDouble() < shares[position] ? position : aliases[position];
    }
}
