package weft.log;

import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** The growing, jittered pause between attempts to connect. Confined to its owner's thread, but for {@link #wakeup}. */
final class ReconnectPause {
    private static final long MIN_MILLIS = 100;
    /** Each attempt waits for a broker by itself, so that a longer pause would only make the return late. */
    private static final long MAX_MILLIS = 2_000;
    /** Who is refused is refused at once, at the price of a handshake: a fleet without its password must not be a flood. */
    private static final long MAX_REFUSED_MILLIS = 15_000;

    private final Semaphore wake = new Semaphore(0);
    private long millis = MIN_MILLIS;
    private long nextNanos = System.nanoTime();

    /** Waits for the next attempt, at most {@code nanos}; whether it is due. */
    boolean await(long nanos) {
        long remaining = nextNanos - System.nanoTime();
        if (remaining > 0) {
            sleep(Math.min(nanos, remaining));
        }
        return nextNanos - System.nanoTime() <= 0;
    }

    private void sleep(long nanos) {
        try {
            if (wake.tryAcquire(nanos, TimeUnit.NANOSECONDS)) {
                wake.drainPermits();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void failed() {
        failed(MAX_MILLIS);
    }

    /** The brokers answered, and denied it. */
    void refused() {
        failed(MAX_REFUSED_MILLIS);
    }

    private void failed(long maxMillis) {
        long pause = ThreadLocalRandom.current().nextLong(millis / 2, millis + 1);
        nextNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pause);
        millis = Math.min(millis * 2, maxMillis);
    }

    void succeeded() {
        millis = MIN_MILLIS;
    }

    /** Ends a wait under way; may be called from any thread. */
    void wakeup() {
        wake.release();
    }
}
