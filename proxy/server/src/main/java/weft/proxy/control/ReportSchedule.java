package weft.proxy.control;

import java.time.Duration;

/**
 * When the next status is due: a change at once, the last of a burst soon after it, about one a second in between, and a
 * sign of life when nothing happens. Confined to its owner's lock.
 */
final class ReportSchedule {
    static final long LIVENESS_NANOS = Duration.ofSeconds(10).toNanos();
    /** Changes closer together than this are a burst. */
    private static final long CALM_NANOS = Duration.ofMillis(250).toNanos();
    /** A burst is over when nothing has changed for this long. */
    private static final long SETTLE_NANOS = Duration.ofMillis(20).toNanos();
    /** In a burst, reports are this far apart. */
    private static final long BURST_NANOS = Duration.ofSeconds(1).toNanos();
    /** A report that did not go out is tried again after this. */
    private static final long RETRY_NANOS = Duration.ofSeconds(1).toNanos();

    private long dueNanos;
    private long sentNanos;
    private long firstChangeNanos;
    private boolean pending;

    ReportSchedule(long nowNanos) {
        sentNanos = nowNanos - LIVENESS_NANOS;
        dueNanos = nowNanos;
    }

    void changed(long nowNanos) {
        if (!pending) {
            pending = true;
            firstChangeNanos = nowNanos;
            boolean calm = nowNanos - sentNanos >= CALM_NANOS;
            dueNanos = calm ? nowNanos : nowNanos + SETTLE_NANOS;
        } else if (dueNanos - nowNanos > 0) {
            dueNanos = Math.min(nowNanos + SETTLE_NANOS, firstChangeNanos + BURST_NANOS);
        }
    }

    /** Nanoseconds until a report is due; not positive when it is. */
    long remainingNanos(long nowNanos) {
        return dueNanos - nowNanos;
    }

    /** A report goes out; what changes from now on is for the next. */
    void sending(long nowNanos) {
        pending = false;
        sentNanos = nowNanos;
        dueNanos = nowNanos + LIVENESS_NANOS;
    }

    void failed(long nowNanos) {
        pending = true;
        firstChangeNanos = nowNanos;
        dueNanos = nowNanos + RETRY_NANOS;
    }
}
