package weft.proxy.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static weft.proxy.ratelimit.Limits.SECOND;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import weft.routing.ratelimit.RateLimit.Quota;

class TokenBucketTest {
    private static final long START = -7 * SECOND; // a monotonic clock may begin anywhere

    @Test
    void aRestedBucketGivesItsBurstAndThenWhatComes() {
        TokenBucket bucket = new TokenBucket(TokenClock.of(Limits.perSecond(10, 3), 1, START));
        assertThat(bucket.take(START)).isEqualTo(2);
        assertThat(bucket.take(START)).isEqualTo(1);
        assertThat(bucket.take(START)).isEqualTo(0);
        assertThat(bucket.take(START)).isNegative();
        assertThat(bucket.take(START + SECOND / 10 - 1_000)).isNegative();
        assertThat(bucket.take(START + SECOND / 10 + 1_000)).isNotNegative();
        assertThat(bucket.take(START + 3_600 * SECOND)).isEqualTo(2);
    }

    /** Against arithmetic that keeps every admission: no window of any length lets more pass, and nothing is withheld. */
    @Test
    void holdsInEveryWindowWithinOnePercent() {
        for (long seed = 1; seed <= 40; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            long requests = 1 + random.nextLong(5_000);
            long perMillis = 1 + random.nextLong(60_000);
            long burst = 1 + random.nextLong(200);
            double perNano = requests / (perMillis * 1e6);
            TokenBucket bucket = new TokenBucket(TokenClock.of(new Quota(requests, perMillis, burst), 1, START));
            List<Long> admitted = new ArrayList<>();
            double now = 0;
            int offered = 20_000;
            double meanGap = 1 / perNano / (1 + random.nextInt(8)); // up to eight times what is allowed
            for (int i = 0; i < offered; i++) {
                now += -Math.log(1 - random.nextDouble()) * meanGap;
                if (bucket.take(START + (long) now) >= 0) {
                    admitted.add((long) now);
                }
            }
            for (int i = 0; i < 2_000; i++) {
                int from = random.nextInt(admitted.size());
                int to = from + random.nextInt(admitted.size() - from);
                double allowed = burst + (admitted.get(to) - admitted.get(from)) * perNano;
                assertThat((double) (to - from + 1))
                        .as("seed %d, window %d..%d", seed, from, to)
                        .isLessThanOrEqualTo(allowed * 1.0000001 + 1e-6);
            }
            if (meanGap * perNano <= 0.5) { // demand at least twice the rate: then all that is allowed is used
                assertThat((double) admitted.size())
                        .as("seed %d", seed)
                        .isCloseTo(burst + now * perNano, within((burst + now * perNano) * 0.01 + 1));
            }
        }
    }

    @Test
    void eventLoopsTogetherGetNoMoreThanThereIs() throws InterruptedException {
        TokenBucket bucket = new TokenBucket(TokenClock.of(Limits.perSecond(1, 1_000_000), 1, START));
        AtomicLong taken = new AtomicLong();
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(new Thread(() -> {
                try {
                    start.await();
                } catch (InterruptedException e) {
                    return;
                }
                for (int n = 0; n < 500_000; n++) {
                    if (bucket.take(START) >= 0) {
                        taken.incrementAndGet();
                    }
                }
            }));
        }
        threads.forEach(Thread::start);
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(taken).hasValue(1_000_000);
    }

    @Test
    void anotherShareLeavesWhatIsThereAndChangesWhatComes() {
        Quota quota = Limits.perSecond(100, 100);
        TokenClock clock = TokenClock.of(quota, 0.5, START);
        TokenBucket bucket = new TokenBucket(clock);
        for (int i = 0; i < 30; i++) {
            assertThat(bucket.take(START)).isNotNegative();
        }
        clock.share(quota, 1, START);
        assertThat(bucket.take(START)).as("20 of 50 were left").isEqualTo(19);
        assertThat(bucket.take(START + SECOND / 2)).isEqualTo(19 + 50 - 1, within(1e-6));
        clock.share(quota, 0.01, START + SECOND / 2);
        assertThat(bucket.take(START + SECOND / 2))
                .as("a smaller bucket holds less")
                .isEqualTo(0);
        assertThat(bucket.take(START + SECOND)).isNegative();
    }

    @Test
    void onlyAFullBucketCloses() {
        TokenBucket bucket = new TokenBucket(TokenClock.of(Limits.perSecond(10, 2), 1, START));
        bucket.take(START);
        assertThat(bucket.close(START)).isFalse();
        assertThat(bucket.close(START + SECOND)).isTrue();
        assertThat(bucket.take(START + SECOND)).isNaN();
    }
}
