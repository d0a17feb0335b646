package weft.proxy.control;

import java.time.Duration;

/**
 * When the rules in service are written to disk. Confined to the rule-loader thread; the times are those of
 * {@link System#nanoTime}.
 *
 * <p>Not at each change, for a burst of bundles is one file; and again after a failure, for a full disk may be emptied.
 */
final class SaveSchedule {
    /** The rules are written when they have been quiet for this long, */
    static final long QUIET_NANOS = Duration.ofSeconds(5).toNanos();
    /** or at the latest this long after the first change that is not on disk. */
    static final long LATEST_NANOS = Duration.ofSeconds(60).toNanos();
    /** What could not be written is tried again after this long. */
    static final long RETRY_NANOS = Duration.ofSeconds(30).toNanos();

    private boolean unsaved;
    private long firstChangeNanos;
    private long dueNanos;

    /** The rules in service are no longer those on disk. */
    void changed(long now) {
        if (!unsaved) {
            unsaved = true;
            firstChangeNanos = now;
        }
        long latest = firstChangeNanos + LATEST_NANOS;
        dueNanos = latest - now < QUIET_NANOS ? latest : now + QUIET_NANOS;
    }

    /** What is in service is on disk. */
    void saved() {
        unsaved = false;
    }

    void failed(long now) {
        unsaved = true;
        firstChangeNanos = now;
        dueNanos = now + RETRY_NANOS;
    }

    /** Whether the disk lacks anything. */
    boolean isUnsaved() {
        return unsaved;
    }

    boolean isDue(long now) {
        return unsaved && now - dueNanos >= 0;
    }
}
