package weft.proxy.upstream;

import java.util.concurrent.atomic.AtomicLong;
import weft.routing.cluster.ConnectionPoolSettings;

/** Counts what is in use against a maximum shared by all event loops; an unlimited one counts nothing. Thread-safe. */
final class Limit {
    private final long max;
    private final AtomicLong used = new AtomicLong();

    Limit(long max) {
        this.max = max;
    }

    boolean tryAcquire() {
        if (max >= ConnectionPoolSettings.UNLIMITED) {
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
        if (max < ConnectionPoolSettings.UNLIMITED) {
            used.incrementAndGet();
        }
    }

    void release() {
        if (max < ConnectionPoolSettings.UNLIMITED) {
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
