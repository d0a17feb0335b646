package weft.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import weft.routing.cluster.Cluster.LbPolicy;

class LoadBalancerTest {
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
        assertThat((double) count).isBetween(PICKS * share - 3 * sigma, PICKS * share + 3 * sigma);
    }

    @Test
    void roundRobinTakesEachInTurn() {
        LoadBalancer balancer = LoadBalancer.of(LbPolicy.ROUND_ROBIN, new int[] {1, 1, 1}, any -> 0, random);
        int first = balancer.pick(random);
        assertThat(balancer.pick(random)).isEqualTo((first + 1) % 3);
        assertThat(balancer.pick(random)).isEqualTo((first + 2) % 3);
        assertThat(balancer.pick(random)).isEqualTo(first);
    }

    @Test
    void weightedRoundRobinIsExactOverEachRound() {
        LoadBalancer balancer = LoadBalancer.of(LbPolicy.ROUND_ROBIN, new int[] {1, 2, 5}, any -> 0, random);
        int[] counts = picks(balancer, 3);
        assertThat(counts[0]).isBetween(PICKS / 8 - 1, PICKS / 8 + 1);
        assertThat(counts[1]).isBetween(PICKS / 4 - 1, PICKS / 4 + 1);
        assertThat(counts[2]).isBetween(PICKS * 5 / 8 - 1, PICKS * 5 / 8 + 1);
    }

    @Test
    void weightedRoundRobinDoesNotClump() {
        LoadBalancer balancer = LoadBalancer.of(LbPolicy.ROUND_ROBIN, new int[] {1, 1, 2}, any -> 0, random);
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
    void randomFollowsWeights() {
        int[] counts = picks(LoadBalancer.of(LbPolicy.RANDOM, new int[] {1, 3}, any -> 0, random), 2);
        assertShare(counts[0], 0.25);
        int[] even = picks(LoadBalancer.of(LbPolicy.RANDOM, new int[] {4, 4, 4, 4}, any -> 0, random), 4);
        assertShare(even[2], 0.25);
    }

    @Test
    void leastRequestTakesTheLessBusyOfTwo() {
        int[] load = {9, 0, 0};
        LoadBalancer balancer =
                LoadBalancer.of(LbPolicy.LEAST_REQUEST, new int[] {1, 1, 1}, position -> load[position], random);
        int[] counts = picks(balancer, 3);
        assertShare(counts[0], 1.0 / 9);
    }

    @Test
    void leastRequestEvensOutLoad() {
        int[] load = new int[10];
        LoadBalancer balancer = LoadBalancer.of(
                LbPolicy.LEAST_REQUEST, new int[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, position -> load[position], random);
        for (int i = 0; i < 1_000; i++) {
            load[balancer.pick(random)]++;
        }
        assertThat(Arrays.stream(load).min().getAsInt()).isGreaterThanOrEqualTo(95);
        assertThat(Arrays.stream(load).max().getAsInt()).isLessThanOrEqualTo(105);
    }

    @Test
    void onlyEndpointIsPicked() {
        assertThat(LoadBalancer.of(LbPolicy.LEAST_REQUEST, new int[] {3}, any -> 5, random)
                        .pick(random))
                .isZero();
    }

    @Test
    void limitCountsUpToItsMaximum() {
        Limit limit = new Limit(2);
        assertThat(limit.tryAcquire()).isTrue();
        assertThat(limit.tryAcquire()).isTrue();
        assertThat(limit.tryAcquire()).isFalse();
        limit.release();
        assertThat(limit.tryAcquire()).isTrue();
        assertThat(limit.used()).isEqualTo(2);
    }
}
