package weft.proxy.upstream;

import java.util.concurrent.atomic.AtomicLong;
import weft.routing.cluster.ConnectionPoolSettings;

/**
 * Counts what is in use against a maximum shared by all event loops; an unlimited one counts nothing unless somebody wants
 * to know. Thread-safe.
 */
final class Limit {
    /* Written by the rule-loader thread, read by event loops. */
    private volatile long max;
    private final boolean isCounting;
    private final AtomicLong used = new AtomicLong();

    Limit(long max) {
        this(max, false);
    }

    /** @param isCounting whether {@link #used} is asked for even when there is no maximum */
    Limit(long max, boolean isCounting) {
        this.max = max;
        this.isCounting = isCounting || max < ConnectionPoolSettings.UNLIMITED;
    }

    /**
     * This limit with another maximum, which counts from now on; another limit when what is in use is not counted before
     * or need not be counted any more.
     */
    Limit next(long nextMax, boolean isCountingNext) {
        Limit fresh = new Limit(nextMax, isCountingNext);
        if (isCounting && fresh.isCounting) {
            max = nextMax;
            return this;
        }
        return isCounting == fresh.isCounting ? this : fresh;
    }

    boolean tryAcquire() {
        if (!isCounting) {
            return true;
        }
        if (used.incrementAndGet() <= max) {
            return true;
        }
        used.decrementAndGet();
        return false;
    }

    /** Counts one more even above the maximum. */
    void acquireAnyway() {
        if (isCounting) {
            used.incrementAndGet();
        }
    }

    void release() {
        if (isCounting) {
            used.decrementAndGet();
        }
    }

    long max() {
        return max;
    }

    long used() {
        return used.get();
    }
}
