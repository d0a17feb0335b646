package weft.routing.route;

/** Decides by a draw whether a request is within a percentage, as Envoy's fractions do. Thread-safe: functions only. */
public final class Percentage {
    /** Istio's fractions are of a million: what is finer is cut off. */
    private static final int DENOMINATOR = 1_000_000;

    private static final int PER_PERCENT = DENOMINATOR / 100;

    private Percentage() {}

    /**
     * Whether the draw is within the percentage.
     *
     * @param percentage 0 to 100
     * @param draw uniform and not negative
     */
    public static boolean includes(double percentage, long draw) {
        return draw % DENOMINATOR < (long) (percentage * PER_PERCENT);
    }
}
