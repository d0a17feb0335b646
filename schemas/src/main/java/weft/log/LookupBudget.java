package weft.log;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Bounds how often a reader goes looking for schemas: values that name ever new ones must not keep it from the others.
 * Confined to its owner's thread.
 */
final class LookupBudget {
    /** Lookups at once; one finds all that the schemas topic has. */
    static final int BURST = 16;

    private static final long REFILL_NANOS = Duration.ofSeconds(10).toNanos();

    private final LongSupplier nanoClock;
    private int left = BURST;
    private long refilledAt;

    LookupBudget(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.refilledAt = nanoClock.getAsLong();
    }

    /** Whether there may be another lookup now. */
    boolean take() {
        long now = nanoClock.getAsLong();
        long earned = (now - refilledAt) / REFILL_NANOS;
        if (earned > 0) {
            left = (int) Math.min(BURST, left + earned);
            refilledAt += earned * REFILL_NANOS;
        }
        if (left == 0) {
            return false;
        }
        left--;
        return true;
    }
}
