package weft.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weft.proxy.testing.FakeTimer;
import weft.routing.cluster.ConnectionPoolSettings;
import weft.routing.cluster.RetryBudget;

/** How many retries may be in flight, by number or by budget. */
class RetryLimitTest {
    private final FakeTimer timer = new FakeTimer();
    private final Limit requests = new Limit(ConnectionPoolSettings.UNLIMITED, true);

    private RetryLimit limit(long maxRetries, @Nullable RetryBudget budget) {
        long many = ConnectionPoolSettings.UNLIMITED;
        return new RetryLimit(
                new ConnectionPoolSettings(many, 1_000, many, many, 0, maxRetries, 0, 0, null, budget),
                requests,
                timer::nanos);
    }

    private static int acquired(RetryLimit limit) {
        int count = 0;
        while (limit.tryAcquire()) {
            count++;
        }
        return count;
    }

    private void inFlight(int count) {
        for (int i = 0; i < count; i++) {
            requests.tryAcquire();
        }
    }

    @Test
    void withoutBudgetTheMaximumCounts() {
        RetryLimit limit = limit(4, null);
        assertThat(acquired(limit)).isEqualTo(4);
        limit.release();
        assertThat(acquired(limit)).isOne();
    }

    @Test
    void budgetTakesThePlaceOfTheMaximumAndFollowsTheRequests() {
        RetryLimit limit = limit(1, new RetryBudget(20, 3, 0));
        assertThat(acquired(limit)).as("the minimum").isEqualTo(3);
        inFlight(40);
        assertThat(acquired(limit)).as("a fifth of 40, three are taken").isEqualTo(5);
        for (int i = 0; i < 30; i++) {
            requests.release();
        }
        limit.release();
        assertThat(acquired(limit)).as("seven are more than 10 requests allow").isZero();
    }

    @Test
    void requestsOfTheIntervalCountBesideThoseInFlight() {
        RetryLimit limit = limit(1, new RetryBudget(50, 0, 1_000));
        for (int i = 0; i < 20; i++) {
            limit.requestBegun();
        }
        assertThat(limit.max()).isEqualTo(10);
        timer.advanceMillis(950);
        assertThat(limit.max()).isEqualTo(10);
        timer.advanceMillis(100);
        assertThat(limit.max()).isZero();
        inFlight(8);
        assertThat(limit.max()).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void windowCountsWhatItsTimeHoldsExactToATenth(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        RequestWindow window = new RequestWindow(1_000, timer::nanos);
        Deque<Long> begun = new ArrayDeque<>();
        for (int i = 0; i < 5_000; i++) {
            timer.advanceMillis(random.nextInt(200) == 0 ? random.nextInt(3_000) : random.nextInt(8));
            if (random.nextInt(3) > 0) {
                window.add();
                begun.addLast(timer.nanos());
            }
            long now = timer.nanos();
            assertThat(window.count())
                    .as("seed %d, step %d", seed, i)
                    .isBetween(
                            begun.stream().filter(at -> now - at < 900_000_000L).count(),
                            begun.stream()
                                    .filter(at -> now - at < 1_000_000_000L)
                                    .count());
            while (!begun.isEmpty() && now - begun.getFirst() > 2_000_000_000L) {
                begun.removeFirst();
            }
        }
    }
}
