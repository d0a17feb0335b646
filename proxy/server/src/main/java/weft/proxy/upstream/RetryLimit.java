package weft.proxy.upstream;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import weft.routing.cluster.ConnectionPoolSettings;
import weft.routing.cluster.RetryBudget;

/**
 * Counts retries in flight against maxRetries, or against the share of the requests that a retry budget allows.
 * Thread-safe.
 *
 * <p>As in Envoy the check looks at a moment: loops that retry at the same time may pass it together.
 */
final class RetryLimit {
    private final long maxRetries;
    private final @Nullable RetryBudget budget;
    private final Limit requests;
    private final @Nullable RequestWindow window;
    private final AtomicLong used = new AtomicLong();

    /** @param requests in flight, those that wait for a connection included; counted when there is a budget */
    RetryLimit(ConnectionPoolSettings settings, Limit requests, LongSupplier nanoClock) {
        maxRetries = settings.maxRetries();
        budget = settings.retryBudget();
        this.requests = requests;
        window = budget == null || budget.intervalMillis() == 0
                ? null
                : new RequestWindow(budget.intervalMillis(), nanoClock);
    }

    /** A request begins that is no retry. */
    void requestBegun() {
        if (window != null) {
            window.add();
        }
    }

    boolean tryAcquire() {
        if (used.incrementAndGet() <= max()) {
            return true;
        }
        used.decrementAndGet();
        return false;
    }

    void release() {
        used.decrementAndGet();
    }

    /** Retries that may be in flight now. */
    long max() {
        if (budget == null) {
            return maxRetries;
        }
        long inFlight = requests.used();
        return budget.allowed(window == null ? inFlight : Math.max(inFlight, window.count()));
    }

    long used() {
        return used.get();
    }
}
