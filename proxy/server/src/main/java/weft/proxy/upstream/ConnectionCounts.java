package weft.proxy.upstream;

import java.util.concurrent.atomic.AtomicLong;

/** Connections to all endpoints of a cluster, those that have gone included, as Envoy counts them. Thread-safe. */
public final class ConnectionCounts {
    private final AtomicLong total = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong active = new AtomicLong();
    private final AtomicLong overflows = new AtomicLong();

    ConnectionCounts() {}

    /** Attempts to connect, successful or not. */
    public long total() {
        return total.get();
    }

    /** Attempts that failed. */
    public long failed() {
        return failed.get();
    }

    /** Open connections and attempts under way. */
    public long active() {
        return active.get();
    }

    /** Connections that the limit did not allow. */
    public long overflows() {
        return overflows.get();
    }

    void overflowed() {
        overflows.incrementAndGet();
    }

    void begun() {
        total.incrementAndGet();
        active.incrementAndGet();
    }

    void failedToConnect() {
        failed.incrementAndGet();
        active.decrementAndGet();
    }

    void closed() {
        active.decrementAndGet();
    }
}
