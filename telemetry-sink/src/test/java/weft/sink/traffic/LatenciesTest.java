package weft.sink.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LatenciesTest {
    private static final long SEED = 20261122;

    @Test
    void quantileLiesWithinTheStatedErrorOfTheTrueOne() {
        Random random = new Random(SEED);
        for (int round = 0; round < 200; round++) {
            long[] values = new long[1 + random.nextInt(2_000)];
            Latencies latencies = new Latencies();
            for (int i = 0; i < values.length; i++) {
                values[i] = 1 + (long) Math.exp(random.nextDouble() * 20);
                latencies.add(values[i]);
            }
            Arrays.sort(values);
            for (double share : new double[] {0.01, 0.5, 0.9, 0.99, 1}) {
                double truth = values[(int) Math.max(1, Math.ceil(share * values.length)) - 1];
                assertThat(latencies.quantile(share))
                        .as("seed %d round %d share %s", SEED, round, share)
                        .isCloseTo(truth, within(truth * Latencies.RELATIVE_ERROR));
            }
        }
    }

    @Test
    void bucketHoldsValuesAboveItsLowerAndUpToItsUpperBound() {
        for (long micros = 2; micros < 100_000; micros++) {
            int index = Latencies.indexOf(micros);
            assertThat(Math.pow(2, index / 8.0)).as("lower bound of %d", micros).isLessThan(micros);
            assertThat(Math.pow(2, (index + 1) / 8.0))
                    .as("upper bound of %d", micros)
                    .isGreaterThanOrEqualTo(micros * (1 - 1e-12));
        }
    }

    @Test
    void mergedHistogramsEqualOneThatSawAll() {
        Random random = new Random(SEED);
        Latencies all = new Latencies();
        Latencies merged = new Latencies();
        for (int part = 0; part < 10; part++) {
            Latencies one = new Latencies();
            for (int i = 0; i < 500; i++) {
                long micros = random.nextLong(-5, 1L << (1 + random.nextInt(45)));
                one.add(micros);
                all.add(micros);
            }
            merged.add(one.toHistogram());
        }
        assertThat(merged.toHistogram()).isEqualTo(all.toHistogram());
        assertThat(merged.count()).isEqualTo(5_000);
    }

    @Test
    void nothingCountedHasQuantileZero() {
        assertThat(new Latencies().quantile(0.99)).isZero();
    }
}
