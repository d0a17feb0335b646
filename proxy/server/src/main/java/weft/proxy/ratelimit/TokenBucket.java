package weft.proxy.ratelimit;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * One caller's tokens. Thread-safe and lock-free.
 *
 * <p>Its one word is the reading of the {@link TokenClock} at which the bucket would have been empty: what the clock shows
 * beyond it, up to the capacity, is left. Every event loop may take; each taking is one compare-and-set on that word, so that
 * no token is given twice. A bucket that is full says nothing: {@link #close} ends it, and only a full one, after which
 * nobody can take from it and a new bucket stands for the same caller.
 */
final class TokenBucket {
    /** Of {@link #take}: closed meanwhile. */
    static final double CLOSED = Double.NaN;

    /** Of {@link #take}: below it nothing was taken. */
    static final double REFUSED = 0;

    private static final long CLOSED_BITS = Double.doubleToRawLongBits(CLOSED);

    private final AtomicLong emptyAt = new AtomicLong(Double.doubleToRawLongBits(Double.NEGATIVE_INFINITY));

    /* Written by the thread that gives out shares, read by every taker; both clocks show the same when it is replaced. */
    private volatile TokenClock clock;

    private final LongAdder asked = new LongAdder();

    TokenBucket(TokenClock clock) {
        this.clock = clock;
    }

    /** From now on another clock runs for it, that shows the same now. */
    void clock(TokenClock next) {
        clock = next;
    }

    /** Notes that a token was asked for, where it matters how many are. */
    void asked() {
        asked.increment();
    }

    /** Tokens asked for since the last call. */
    long takeAsked() {
        return asked.sumThenReset();
    }

    /**
     * Takes a token.
     *
     * @return what is left after it, 0 or more; below 0 the part of a token that was missing, when nothing was taken;
     *     {@link #CLOSED}
     */
    double take(long nowNanos) {
        TokenClock running = clock;
        double now = running.tokens(nowNanos);
        while (true) {
            long seen = emptyAt.get();
            if (seen == CLOSED_BITS) {
                return CLOSED;
            }
            // Not by way of the time at which it was full: rounding would keep a bucket of one token from giving it.
            double left = Math.min(running.capacity(), now - Double.longBitsToDouble(seen)) - 1;
            if (left < REFUSED || emptyAt.compareAndSet(seen, Double.doubleToRawLongBits(now - left))) {
                return left;
            }
        }
    }

    /** Ends the bucket if it is full; returns whether it is closed. */
    boolean close(long nowNanos) {
        long seen = emptyAt.get();
        if (seen == CLOSED_BITS) {
            return true;
        }
        TokenClock running = clock;
        boolean isFull = running.tokens(nowNanos) - Double.longBitsToDouble(seen) >= running.capacity();
        return isFull && emptyAt.compareAndSet(seen, CLOSED_BITS);
    }
}
