package weft.proxy.telemetry;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A histogram with Envoy's bounds. Thread-safe for one writer, the telemetry thread, and any number of readers.
 *
 * <p>The writer stores with release order and never needs an atomic add; a reader may see a value in its bucket before it
 * is in the sum.
 */
final class BucketHistogram {
    private static final double[] BOUNDS = {
        0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000,
        3_600_000
    };

    private final AtomicLongArray buckets = new AtomicLongArray(BOUNDS.length + 1);
    private final AtomicLong thousandths = new AtomicLong();

    static double[] bounds() {
        return BOUNDS.clone();
    }

    /** Adds one value, given in thousandths so that milliseconds keep their microseconds. */
    void recordThousandths(long value) {
        double whole = value / 1_000.0;
        int bucket = 0;
        while (bucket < BOUNDS.length && whole > BOUNDS[bucket]) {
            bucket++;
        }
        buckets.setRelease(bucket, buckets.getPlain(bucket) + 1);
        thousandths.setRelease(thousandths.getPlain() + value);
    }

    /** Observations of each bucket, not accumulated, the last for all above the highest bound. */
    long[] counts() {
        long[] counts = new long[BOUNDS.length + 1];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = buckets.getAcquire(i);
        }
        return counts;
    }

    double sum() {
        return thousandths.getAcquire() / 1_000.0;
    }
}
