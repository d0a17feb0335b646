package weft.proxy.upstream;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** Ejections from one cluster, as Envoy counts them. Thread-safe. */
public final class OutlierCounts {
    private final AtomicInteger active = new AtomicInteger();
    private final AtomicLong overflows = new AtomicLong();
    private final AtomicLongArray detected = new AtomicLongArray(OutlierCause.values().length);
    private final AtomicLongArray enforced = new AtomicLongArray(OutlierCause.values().length);

    OutlierCounts() {}

    /** Addresses that are ejected now. */
    public int active() {
        return active.get();
    }

    /** Ejections that maxEjectionPercent did not allow. */
    public long overflows() {
        return overflows.get();
    }

    /** How often the limit was reached by an address that was not ejected. */
    public long detected(OutlierCause cause) {
        return detected.get(cause.ordinal());
    }

    /** Ejections for this. */
    public long enforced(OutlierCause cause) {
        return enforced.get(cause.ordinal());
    }

    public long enforcedTotal() {
        long total = 0;
        for (OutlierCause cause : OutlierCause.values()) {
            total += enforced(cause);
        }
        return total;
    }

    void reached(OutlierCause cause) {
        detected.incrementAndGet(cause.ordinal());
    }

    void ejected(OutlierCause cause) {
        enforced.incrementAndGet(cause.ordinal());
        active.incrementAndGet();
    }

    void ended() {
        active.decrementAndGet();
    }

    void overflowed() {
        overflows.incrementAndGet();
    }
}
