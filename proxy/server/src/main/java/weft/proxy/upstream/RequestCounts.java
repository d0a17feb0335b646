package weft.proxy.upstream;

import java.util.concurrent.atomic.AtomicLong;

/** What went wrong with a cluster's requests and what was done about it, as Envoy counts it. Thread-safe. */
public final class RequestCounts {
    private final AtomicLong retries = new AtomicLong();
    private final AtomicLong retrySuccesses = new AtomicLong();
    private final AtomicLong retryOverflows = new AtomicLong();
    private final AtomicLong retryLimits = new AtomicLong();
    private final AtomicLong timeouts = new AtomicLong();
    private final AtomicLong perTryTimeouts = new AtomicLong();
    private final AtomicLong pendingOverflows = new AtomicLong();
    private final AtomicLong droppedShadows = new AtomicLong();

    RequestCounts() {}

    /** Requests sent again. */
    public long retries() {
        return retries.get();
    }

    /** Requests sent again whose last answer stood. */
    public long retrySuccesses() {
        return retrySuccesses.get();
    }

    /** Retries that maxRetries or the retry budget did not allow. */
    public long retryOverflows() {
        return retryOverflows.get();
    }

    /** Requests that failed in a way that would have been tried again, had they not been so often already. */
    public long retryLimits() {
        return retryLimits.get();
    }

    /** Requests the route's timeout ended before an answer. */
    public long timeouts() {
        return timeouts.get();
    }

    /** Tries that took longer than one may. */
    public long perTryTimeouts() {
        return perTryTimeouts.get();
    }

    /** Requests turned away because too many were in flight or waiting for a connection. */
    public long pendingOverflows() {
        return pendingOverflows.get();
    }

    /** Copies for a mirror that it had no room for, or took too slowly. */
    public long droppedShadows() {
        return droppedShadows.get();
    }

    public void shadowDropped() {
        droppedShadows.incrementAndGet();
    }

    public void retried() {
        retries.incrementAndGet();
    }

    public void retrySucceeded() {
        retrySuccesses.incrementAndGet();
    }

    void retryOverflowed() {
        retryOverflows.incrementAndGet();
    }

    public void retryLimitReached() {
        retryLimits.incrementAndGet();
    }

    public void timedOut() {
        timeouts.incrementAndGet();
    }

    public void tryTimedOut() {
        perTryTimeouts.incrementAndGet();
    }

    void overflowed() {
        pendingOverflows.incrementAndGet();
    }
}
