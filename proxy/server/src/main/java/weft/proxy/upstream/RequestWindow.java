package weft.proxy.upstream;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;

/**
 * Counts events of the last so many milliseconds, exact to a tenth of that time. Thread-safe.
 *
 * <p>Each slot holds the number of its tenth in the upper half and the count of that tenth in the lower: one
 * compare-and-set claims a slot of a bygone tenth and counts in it.
 */
final class RequestWindow {
    private static final int SLOTS = 10;
    private static final long COUNT_MASK = 0xFFFF_FFFFL;

    private final LongSupplier nanoClock;
    private final long begin;
    private final long slotNanos;
    private final AtomicLongArray slots = new AtomicLongArray(SLOTS);

    RequestWindow(long millis, LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        begin = nanoClock.getAsLong();
        slotNanos = Math.max(1, TimeUnit.MILLISECONDS.toNanos(millis) / SLOTS);
    }

    void add() {
        long now = tenth();
        int index = (int) (now % SLOTS);
        while (true) {
            long seen = slots.get(index);
            long next = seen >>> 32 == (now & COUNT_MASK) ? seen + 1 : now << 32 | 1;
            if (slots.compareAndSet(index, seen, next)) {
                return;
            }
        }
    }

    long count() {
        long now = tenth();
        long sum = 0;
        for (int i = 0; i < SLOTS; i++) {
            long slot = slots.get(i);
            if (((now - (slot >>> 32)) & COUNT_MASK) < SLOTS) {
                sum += slot & COUNT_MASK;
            }
        }
        return sum;
    }

    private long tenth() {
        return (nanoClock.getAsLong() - begin) / slotNanos;
    }
}
