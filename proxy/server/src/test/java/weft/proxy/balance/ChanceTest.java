package weft.proxy.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Balancers by chance and load. */
class ChanceTest {
    private static final int PICKS = 20_000;

    private final RandomGenerator random = new SplittableRandom(7);

    private int[] picks(LoadBalancer balancer, int endpoints) {
        int[] counts = new int[endpoints];
        for (int i = 0; i < PICKS; i++) {
            counts[balancer.pick(random)]++;
        }
        return counts;
    }

    private static void assertShare(int count, double share) {
        double sigma = Math.sqrt(PICKS * share * (1 - share));
        assertThat((double) count).isBetween(PICKS * share - 4 * sigma, PICKS * share + 4 * sigma);
    }

    @Test
    void choiceFollowsWeights() {
        for (int round = 0; round < 20; round++) {
            double[] weights = IntStream.range(0, 1 + random.nextInt(30))
                    .mapToDouble(any -> random.nextInt(4) == 0 ? random.nextInt(1, 100) : 1)
                    .toArray();
            double total = Arrays.stream(weights).sum();
            int[] counts = picks(new WeightedChoice(weights), weights.length);
            for (int i = 0; i < weights.length; i++) {
                assertShare(counts[i], weights[i] / total);
            }
        }
    }

    @Test
    void nothingOfNoWeightIsChosen() {
        int[] counts = picks(new WeightedChoice(0, 3, 0, 1), 4);
        assertThat(counts[0] + counts[2]).isZero();
        assertShare(counts[3], 0.25);
    }

    @Test
    void busiestOfAllIsNeverTheLeastBusyOfTwo() {
        int[] load = {9, 0, 0};
        int[] counts = picks(new LeastRequest(3, position -> load[position]), 3);
        assertThat(counts[0]).isZero();
        assertShare(counts[1], 0.5);
    }

    @Test
    void onlyEndpointIsPicked() {
        assertThat(new LeastRequest(1, any -> 5).pick(random)).isZero();
    }

    /**
     * A hundred servers, nine tenths busy: requests arrive by chance and take exponential time, one after the other at
     * each server. With two choices queues grow as the logarithm of the logarithm of those by chance alone.
     */
    @Test
    void twoChoicesKeepQueuesMuchShorterThanChance() {
        Spread chance = simulate(load ->
                new WeightedChoice(IntStream.range(0, 100).mapToDouble(any -> 1).toArray()));
        Spread twoChoices = simulate(load -> new LeastRequest(100, load));
        // By theory a queue is 9 long on average by chance (M/M/1), and 2.35 with two choices (Mitzenmacher).
        assertThat(chance.mean()).isBetween(7.5, 10.5);
        assertThat(twoChoices.mean()).isBetween(2.0, 2.8);
        assertThat(twoChoices.longest()).isLessThan(chance.longest() / 4);
    }

    private record Spread(double mean, int longest) {}

    @FunctionalInterface
    private interface Making {
        LoadBalancer of(LoadBalancer.Load load);
    }

    private record Departure(double at, int server) {}

    private static Spread simulate(Making making) {
        SplittableRandom random = new SplittableRandom(20_261_130);
        int servers = 100;
        double rate = 0.9 * servers;
        int[] queues = new int[servers];
        LoadBalancer balancer = making.of(position -> queues[position]);
        PriorityQueue<Departure> departures = new PriorityQueue<>((one, other) -> Double.compare(one.at(), other.at()));
        double now = 0;
        double area = 0;
        int present = 0;
        int longest = 0;
        for (int arrivals = 0; arrivals < 300_000; ) {
            double next = now + exponential(random, rate);
            while (!departures.isEmpty() && departures.element().at() <= next) {
                Departure gone = departures.remove();
                area += present * (gone.at() - now);
                now = gone.at();
                present--;
                if (--queues[gone.server()] > 0) {
                    departures.add(new Departure(now + exponential(random, 1), gone.server()));
                }
            }
            area += present * (next - now);
            now = next;
            arrivals++;
            present++;
            int server = balancer.pick(random);
            longest = Math.max(longest, ++queues[server]);
            if (queues[server] == 1) {
                departures.add(new Departure(now + exponential(random, 1), server));
            }
        }
        return new Spread(area / now / servers, longest);
    }

    private static double exponential(SplittableRandom random, double rate) {
        return -Math.log(1 - random.nextDouble()) / rate;
    }
}
