package weft.sink.traffic;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import weft.schema.LatencyHistogram;

/**
 * An exponential histogram of microseconds, {@value #BUCKETS_PER_OCTAVE} buckets for each power of two. Confined to its
 * owner's thread.
 *
 * <p>Bucket i counts values in (base^i, base^(i+1)] with base = 2^(1/8), as OpenTelemetry does at scale 3: sums of
 * histograms are exact, and a quantile lies within {@link #RELATIVE_ERROR} of the true one.
 */
public final class Latencies {
    public static final int SCALE = 3;
    static final int BUCKETS_PER_OCTAVE = 1 << SCALE;
    /** (base - 1) / (base + 1). */
    public static final double RELATIVE_ERROR = 0.0434;
    /** Values above 2^40 microseconds (12 days) share the last octave. */
    private static final int MAX_OCTAVE = 40;

    private static final int MAX_BUCKETS = MAX_OCTAVE * BUCKETS_PER_OCTAVE;
    private static final int INITIAL_BUCKETS = 160;
    private static final double[] STEPS = new double[BUCKETS_PER_OCTAVE];

    static {
        for (int i = 0; i < BUCKETS_PER_OCTAVE; i++) {
            STEPS[i] = Math.pow(2, (double) i / BUCKETS_PER_OCTAVE);
        }
    }

    private long zeroCount;
    private long[] buckets = new long[INITIAL_BUCKETS];
    private long count;

    /** Counts one value; negative ones count as zero. */
    public void add(long micros) {
        count++;
        if (micros <= 1) {
            zeroCount++;
        } else {
            slot(indexOf(micros), 1);
        }
    }

    /** Adds another histogram of the same scale. */
    public void add(LatencyHistogram other) {
        if (other.getScale() != SCALE) {
            throw new IllegalArgumentException("scale: " + other.getScale() + " (expected: " + SCALE + ")");
        }
        zeroCount += other.getZeroCount();
        count += other.getZeroCount();
        List<Integer> indexes = other.getIndexes();
        List<Long> counts = other.getCounts();
        for (int i = 0; i < Math.min(indexes.size(), counts.size()); i++) {
            slot(Math.max(0, Math.min(indexes.get(i), MAX_BUCKETS - 1)), counts.get(i));
            count += counts.get(i);
        }
    }

    private void slot(int index, long by) {
        if (index >= buckets.length) {
            buckets = Arrays.copyOf(buckets, Math.min(MAX_BUCKETS, Math.max(index + 1, 2 * buckets.length)));
        }
        buckets[index] += by;
    }

    /** Bucket of a value above 1. */
    static int indexOf(long micros) {
        int octave = 63 - Long.numberOfLeadingZeros(micros);
        if (octave >= MAX_OCTAVE) {
            return MAX_BUCKETS - 1;
        }
        double mantissa = (double) micros / (1L << octave);
        int step = 0;
        while (step < BUCKETS_PER_OCTAVE && mantissa > STEPS[step]) {
            step++;
        }
        return octave * BUCKETS_PER_OCTAVE + step - 1;
    }

    public long count() {
        return count;
    }

    /**
     * The value below which this share of all values lies, in microseconds; 0 when nothing was counted.
     *
     * @param share from 0 to 1
     */
    public double quantile(double share) {
        long rank = Math.max(1, (long) Math.ceil(share * count));
        long seen = zeroCount;
        if (count == 0) {
            return 0;
        }
        if (seen >= rank) {
            return 1;
        }
        for (int i = 0; i < buckets.length; i++) {
            seen += buckets[i];
            if (seen >= rank) {
                double lower = Math.pow(2, (double) i / BUCKETS_PER_OCTAVE);
                double upper = Math.pow(2, (double) (i + 1) / BUCKETS_PER_OCTAVE);
                // The point whose relative distance to both ends is the same.
                return 2 * lower * upper / (lower + upper);
            }
        }
        throw new IllegalStateException("count: " + count + " (expected: the sum of the buckets, " + seen + ")");
    }

    public LatencyHistogram toHistogram() {
        List<Integer> indexes = new ArrayList<>();
        List<Long> counts = new ArrayList<>();
        for (int i = 0; i < buckets.length; i++) {
            if (buckets[i] != 0) {
                indexes.add(i);
                counts.add(buckets[i]);
            }
        }
        return new LatencyHistogram(SCALE, zeroCount, indexes, counts);
    }

    /** Values counted at or below a bound, to the precision of a bucket; for cumulative expositions. */
    public long countUpTo(double micros) {
        long seen = zeroCount;
        for (int i = 0; i < buckets.length; i++) {
            if (Math.pow(2, (i + 0.5) / BUCKETS_PER_OCTAVE) > micros) {
                break;
            }
            seen += buckets[i];
        }
        return seen;
    }
}
