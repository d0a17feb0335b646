package weft.log;

import java.time.Duration;

/** Tells when reading stands still, since everything else looks healthy then. Confined to its owner's thread. */
final class StallWatch {
    private final long timeoutNanos;
    private long progressNanos;
    private long lastPosition = -1;

    StallWatch(Duration timeout) {
        timeoutNanos = timeout.toNanos();
        progressed();
    }

    /** The wait begins anew. */
    void progressed() {
        progressNanos = System.nanoTime();
    }

    /** Whether the position has been the same for all of the timeout; told once per timeout. */
    boolean isStalledAt(long position) {
        if (position != lastPosition) {
            lastPosition = position;
            progressed();
        } else if (System.nanoTime() - progressNanos > timeoutNanos) {
            progressed();
            return true;
        }
        return false;
    }
}
