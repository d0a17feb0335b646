package weft.proxy.telemetry;

import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/** A histogram with bounds of its own, for what happens now and then: recording takes a lock. Thread-safe. */
public final class Histogram {
    private final double[] bounds;
    private final long[] counts;
    private double sum;

    /**
     * What was recorded up to one moment. Immutable.
     *
     * @param bounds upper bounds, each belonging to its bucket
     * @param counts of each bucket, not accumulated, the last for all above the highest bound
     */
    public record Values(List<Double> bounds, List<Long> counts, double sum) {
        public Values {
            bounds = List.copyOf(bounds);
            counts = List.copyOf(counts);
        }
    }

    /** @param bounds ascending */
    public Histogram(double... bounds) {
        this.bounds = bounds.clone();
        this.counts = new long[bounds.length + 1];
    }

    public synchronized void record(double value) {
        int bucket = 0;
        while (bucket < bounds.length && value > bounds[bucket]) {
            bucket++;
        }
        counts[bucket]++;
        sum += value;
    }

    public synchronized Values values() {
        return new Values(
                DoubleStream.of(bounds).boxed().toList(),
                LongStream.of(counts).boxed().toList(),
                sum);
    }
}
