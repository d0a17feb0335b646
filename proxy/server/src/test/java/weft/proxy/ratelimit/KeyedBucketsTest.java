package weft.proxy.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.ratelimit.Limits.SECOND;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import weft.routing.ratelimit.RateLimit.Quota;

class KeyedBucketsTest {
    private static final long SEED = 42;

    private static KeyedBuckets buckets(Quota quota, int maxKeys) {
        return new KeyedBuckets(TokenClock.of(quota, 1, 0), maxKeys, SEED, false);
    }

    @Test
    void eachCallerHasTokensOfItsOwn() {
        KeyedBuckets buckets = buckets(Limits.perHour(2, 2), 100);
        for (String caller : List.of("a", "b")) {
            assertThat(buckets.take(caller, 0)).isEqualTo(1);
            assertThat(buckets.take(caller, 0)).isEqualTo(0);
            assertThat(buckets.take(caller, 0)).isNegative();
        }
    }

    /** Random keys must neither grow the table nor get a used-up caller a fresh bucket. */
    @Test
    void aFloodOfKeysFreesNobodyAndIsBounded() {
        KeyedBuckets buckets = buckets(Limits.perHour(5, 5), 1_000);
        for (int i = 0; i < 5; i++) {
            assertThat(buckets.take("heavy", 0)).isNotNegative();
        }
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < 200_000; i++) {
            buckets.take("random-" + random.nextLong(), i);
            if (i % 100 == 0) {
                assertThat(buckets.take("heavy", i)).as("after %d keys", i).isNegative();
            }
        }
        assertThat(buckets.size()).isEqualTo(1_000);
    }

    /** Above the bound callers share: together they get what the shared buckets hold, not one limit each. */
    @Test
    void newCallersAboveTheBoundShare() {
        KeyedBuckets buckets = buckets(Limits.perHour(1, 1), 100);
        int passed = 0;
        for (int i = 0; i < 50_000; i++) {
            passed += buckets.take("caller-" + i, 0) >= 0 ? 1 : 0;
        }
        assertThat(passed).isGreaterThan(100).isLessThanOrEqualTo(100 + KeyedBuckets.SHARED);
    }

    @Test
    void restedCallersMakeRoomForNewOnes() {
        KeyedBuckets buckets = buckets(Limits.perSecond(10, 10), 100);
        for (int i = 0; i < 100; i++) {
            buckets.take("old-" + i, 0);
        }
        for (int i = 0; i < 100; i++) {
            assertThat(buckets.take("new-" + i, SECOND)).isEqualTo(9);
        }
        assertThat(buckets.size()).isLessThanOrEqualTo(100);
    }

    /** The table with its coming and going against a map that forgets nothing. */
    @Test
    void answersAsAMapThatForgetsNothing() {
        for (long seed = 1; seed <= 20; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Quota quota = Limits.perSecond(1 + random.nextInt(20), 1 + random.nextInt(5));
            KeyedBuckets buckets = buckets(quota, 10_000);
            TokenClock clock = TokenClock.of(quota, 1, 0);
            Map<String, TokenBucket> oracle = new HashMap<>();
            long now = 0;
            for (int i = 0; i < 20_000; i++) {
                now += random.nextLong(SECOND / 50);
                String key = "k" + random.nextInt(200);
                double left = buckets.take(key, now);
                double expected =
                        oracle.computeIfAbsent(key, k -> new TokenBucket(clock)).take(now);
                assertThat(left >= 0).as("seed %d, request %d", seed, i).isEqualTo(expected >= 0);
            }
        }
    }

    @Test
    void nobodyGetsMoreWhileBucketsComeAndGoOnOtherThreads() throws InterruptedException {
        KeyedBuckets buckets = buckets(Limits.perSecond(1, 1), 50);
        AtomicLong passed = new AtomicLong();
        AtomicLong clock = new AtomicLong();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            SplittableRandom random = new SplittableRandom(t);
            threads.add(new Thread(() -> {
                for (int i = 0; i < 50_000; i++) {
                    // Ten callers over time that all threads move on together: 20 s in all.
                    long now = clock.addAndGet(SECOND / 10_000);
                    if (buckets.take("k" + random.nextInt(10), now) >= 0) {
                        passed.incrementAndGet();
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(passed.get()).isBetween(10L * 19, 10L * 21 + 1);
    }

    @Test
    void longKeysAreKeptShort() {
        String bounded = KeyedBuckets.bounded("x".repeat(8_000));
        assertThat(bounded).hasSize(64).isNotEqualTo(KeyedBuckets.bounded("x".repeat(7_999)));
        assertThat(KeyedBuckets.bounded("10.0.0.1")).isEqualTo("10.0.0.1");
    }
}
