package weft.proxy.balance;

/**
 * How much of its weight an endpoint has while it warms up, as Envoy's slow start. Immutable.
 *
 * @param windowNanos time until it has all of it
 * @param minimumPercent what it has at least
 * @param aggression above 1 the weight grows faster at the beginning, below 1 later; 1 is linear
 */
public record SlowStart(long windowNanos, double minimumPercent, double aggression) {
    /** The first moment counts as this long, as in Envoy: nothing to no power is nothing. */
    private static final long LEAST_NANOS = 1_000_000;

    /** The factor of its weight, up to 1, so long after it came into service. */
    public double factor(long sinceNanos) {
        if (sinceNanos >= windowNanos) {
            return 1;
        }
        double part = (double) Math.max(sinceNanos, LEAST_NANOS) / windowNanos;
        double grown = aggression == 1 ? part : Math.pow(part, 1 / aggression);
        return Math.min(1, Math.max(grown, minimumPercent / 100));
    }

    /** Whether it has not all its weight yet. */
    public boolean isWarming(long sinceNanos) {
        return sinceNanos < windowNanos;
    }
}
