package weft.proxy.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The worked tables of Envoy's pages on priority levels, panic and locality weights. */
class PriorityLoadTest {
    private static final int[] HUNDRED_EACH = {100, 100};

    private static PriorityLoad two(int healthy0, int healthy1) {
        return PriorityLoad.of(HUNDRED_EACH, new int[] {healthy0, healthy1}, 50);
    }

    @ParameterizedTest
    @CsvSource({
        "100, 100, 100, 0, 100",
        "72, 100, 100, 0, 100",
        "71, 100, 99, 1, 100",
        "50, 100, 70, 30, 100",
        "25, 100, 35, 65, 100",
        "0, 100, 0, 100, 100",
        "72, 72, 100, 0, 100",
        "71, 71, 99, 1, 100",
        "50, 50, 70, 30, 100",
        "25, 25, 50, 50, 70"
    })
    void loadSpillsOverTwoLevels(int healthy0, int healthy1, int to0, int to1, int total) {
        PriorityLoad load = two(healthy0, healthy1);
        assertThat(load.percent(0)).isEqualTo(to0);
        assertThat(load.percent(1)).isEqualTo(to1);
        assertThat(load.normalizedTotalHealth()).isEqualTo(total);
    }

    @ParameterizedTest
    @CsvSource({
        "100, 100, 100, 100, 0, 0",
        "72, 72, 100, 100, 0, 0",
        "71, 71, 100, 99, 1, 0",
        "50, 50, 100, 70, 30, 0",
        "25, 100, 100, 35, 65, 0",
        "25, 25, 100, 35, 35, 30",
        "25, 25, 20, 36, 36, 28"
    })
    void loadSpillsOverThreeLevels(int healthy0, int healthy1, int healthy2, int to0, int to1, int to2) {
        // Without panic, which the page leaves out: else the last row would go by numbers of hosts.
        PriorityLoad load = PriorityLoad.of(new int[] {100, 100, 100}, new int[] {healthy0, healthy1, healthy2}, 0);
        assertThat(load.percent(0)).isEqualTo(to0);
        assertThat(load.percent(1)).isEqualTo(to1);
        assertThat(load.percent(2)).isEqualTo(to2);
    }

    @ParameterizedTest
    @CsvSource({
        "72, 100, 100, false, 0, false, 100",
        "71, 100, 99, false, 1, false, 100",
        "50, 100, 70, false, 30, false, 100",
        "25, 100, 35, false, 65, false, 100",
        "0, 100, 0, false, 100, false, 100",
        "72, 72, 100, false, 0, false, 100",
        "71, 71, 99, false, 1, false, 100",
        "50, 60, 70, false, 30, false, 100",
        "25, 100, 35, false, 65, false, 100",
        "25, 25, 50, true, 50, true, 70",
        "5, 65, 7, true, 93, false, 98"
    })
    void levelPanicsOnlyWhenAllTogetherCannotDoTheWork(
            int healthy0, int healthy1, int to0, boolean isPanic0, int to1, boolean isPanic1, int total) {
        PriorityLoad load = two(healthy0, healthy1);
        assertThat(load.percent(0)).isEqualTo(to0);
        assertThat(load.isPanic(0)).isEqualTo(isPanic0);
        assertThat(load.percent(1)).isEqualTo(to1);
        assertThat(load.isPanic(1)).isEqualTo(isPanic1);
        assertThat(load.normalizedTotalHealth()).isEqualTo(total);
    }

    @Test
    void healthsBelowTheWholeAreScaledUp() {
        PriorityLoad load = PriorityLoad.of(new int[] {7, 14}, new int[] {1, 3}, 0);
        assertThat(load.normalizedTotalHealth()).isEqualTo(50);
        assertThat(load.percent(0)).isEqualTo(40);
        assertThat(load.percent(1)).isEqualTo(60);
    }

    @Test
    void inTotalPanicLoadGoesByNumbersOfHosts() {
        PriorityLoad even = PriorityLoad.of(new int[] {5, 5}, new int[] {0, 0}, 50);
        assertThat(even.percent(0)).isEqualTo(50);
        assertThat(even.isPanic(0) && even.isPanic(1)).isTrue();
        PriorityLoad uneven = PriorityLoad.of(new int[] {2, 8}, new int[] {0, 1}, 50);
        assertThat(uneven.percent(0)).isEqualTo(20);
        assertThat(uneven.percent(1)).isEqualTo(80);
    }

    @Test
    void withThresholdZeroNobodyPanics() {
        PriorityLoad load = PriorityLoad.of(new int[] {2, 8}, new int[] {0, 0}, 0);
        assertThat(load.isPanic(0) || load.isPanic(1)).isFalse();
        assertThat(load.percent(0)).isEqualTo(100);
    }

    @ParameterizedTest
    @CsvSource({"100, 33, 67", "70, 33, 67", "69, 32, 68", "50, 26, 74", "25, 15, 85", "0, 0, 100"})
    void localityWeightsShrinkWithHealth(int healthyOfX, int toX, int toY) {
        double x = 1 * PriorityLoad.availability(100, healthyOfX);
        double y = 2 * PriorityLoad.availability(100, 100);
        // The page rounds, and in one row cuts off.
        assertThat(100 * x / (x + y)).isBetween(toX - 1.0, toX + 1.0);
        assertThat(100 * y / (x + y)).isBetween(toY - 1.0, toY + 1.0);
    }

    @Test
    void sharesAlwaysAddUp() {
        SplittableRandom random = new SplittableRandom(20_261_130);
        for (int round = 0; round < 20_000; round++) {
            int levels = 1 + random.nextInt(5);
            int[] hosts = new int[levels];
            int[] healthy = new int[levels];
            for (int i = 0; i < levels; i++) {
                hosts[i] = random.nextInt(20);
                healthy[i] = random.nextInt(hosts[i] + 1);
            }
            PriorityLoad load = PriorityLoad.of(hosts, healthy, random.nextBoolean() ? 50 : 0);
            int sum = 0;
            for (int i = 0; i < levels; i++) {
                sum += load.percent(i);
                assertThat(load.percent(i)).isNotNegative();
                boolean isOnlyHope = load.normalizedTotalHealth() == 0;
                assertThat(load.percent(i) == 0 || healthy[i] > 0 || load.isPanic(i) || isOnlyHope)
                        .as("level %d takes load and has nobody", i)
                        .isTrue();
            }
            assertThat(sum).isEqualTo(100);
        }
    }
}
