package weft.proxy.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Balancers that take turns. */
class TurnsTest {
    private static final int PICKS = 20_000;

    private final RandomGenerator random = new SplittableRandom(7);

    private int[] picks(LoadBalancer balancer, int endpoints) {
        int[] counts = new int[endpoints];
        for (int i = 0; i < PICKS; i++) {
            counts[balancer.pick(random)]++;
        }
        return counts;
    }

    private EarliestDeadline weighted(double... weights) {
        return new EarliestDeadline(weights.length, position -> weights[position], random);
    }

    @Test
    void roundRobinTakesEachInTurn() {
        RoundRobin balancer = new RoundRobin(3, 5);
        assertThat(balancer.next()).isEqualTo(2);
        assertThat(balancer.pick(random)).isEqualTo(2);
        assertThat(balancer.pick(random)).isEqualTo(0);
        assertThat(balancer.pick(random)).isEqualTo(1);
        assertThat(balancer.next()).isEqualTo(2);
    }

    @Test
    void weightedTurnsAreExactOverEachRound() {
        int[] counts = picks(weighted(1, 2, 5), 3);
        assertThat(counts[0]).isBetween(PICKS / 8 - 1, PICKS / 8 + 1);
        assertThat(counts[1]).isBetween(PICKS / 4 - 1, PICKS / 4 + 1);
        assertThat(counts[2]).isBetween(PICKS * 5 / 8 - 1, PICKS * 5 / 8 + 1);
    }

    @Test
    void weightedTurnsDoNotClump() {
        LoadBalancer balancer = weighted(1, 1, 2);
        int last = -1;
        int repeats = 0;
        for (int i = 0; i < PICKS; i++) {
            int picked = balancer.pick(random);
            repeats += picked == last && picked != 2 ? 1 : 0;
            last = picked;
        }
        assertThat(repeats).isZero();
    }

    @Test
    void weightThatGrowsCountsFromTheNextTurnOn() {
        double[] weights = {1, 0.1};
        LoadBalancer balancer = new EarliestDeadline(2, position -> weights[position], random);
        int[] cold = picks(balancer, 2);
        assertThat((double) cold[1]).isBetween(PICKS / 11.0 - 2, PICKS / 11.0 + 2);
        weights[1] = 1;
        int[] warm = picks(balancer, 2);
        assertThat((double) warm[1]).isBetween(PICKS / 2.0 - 11, PICKS / 2.0 + 2);
    }

    @Test
    void turnsGoOnWhereOthersLeftOff() {
        double[] weights = {1, 2, 4, 8};
        for (int round = 0; round < 200; round++) {
            EarliestDeadline uninterrupted = weighted(weights);
            int before = random.nextInt(40);
            for (int i = 0; i < before; i++) {
                uninterrupted.pick(random);
            }
            int[] turned = {3, 2, 1, 0};
            EarliestDeadline goingOn =
                    new EarliestDeadline(turned, uninterrupted, position -> weights[turned[position]], random);
            for (int i = 0; i < 15; i++) {
                assertThat(turned[goingOn.pick(random)]).isEqualTo(uninterrupted.pick(random));
            }
        }
    }

    @Test
    void newcomerTakesItsPlaceInTheRoundAtOnce() {
        EarliestDeadline two = weighted(1, 1);
        picks(two, 2);
        EarliestDeadline three = new EarliestDeadline(new int[] {0, 1, -1}, two, any -> 1, random);
        int[] counts = new int[3];
        for (int i = 0; i < 3; i++) {
            counts[three.pick(random)]++;
        }
        assertThat(counts).containsExactly(1, 1, 1);
    }

    /** Envoy's least request among uneven weights: the weight counts for less the more requests are there. */
    @Test
    void weightOverLoadEvensOutLoadByWeight() {
        double[] weights = {1, 2, 3};
        int[] load = new int[3];
        LoadBalancer balancer = new EarliestDeadline(3, position -> weights[position] / (load[position] + 1), random);
        for (int i = 0; i < 6_000; i++) {
            load[balancer.pick(random)]++;
        }
        double first = load[0];
        // Turns of weight/load grow as the root of the weight.
        assertThat(load[1] / first).isBetween(Math.sqrt(2) - 0.05, Math.sqrt(2) + 0.05);
        assertThat(load[2] / first).isBetween(Math.sqrt(3) - 0.05, Math.sqrt(3) + 0.05);
        assertThat(Arrays.stream(load).sum()).isEqualTo(6_000);
    }

    @Test
    void endpointOfNoWeightStillHasATurnOnceInAWhile() {
        LoadBalancer balancer = weighted(1e6, 0);
        int[] counts = picks(balancer, 2);
        assertThat(counts[0]).isGreaterThan(PICKS - 3);
    }
}
