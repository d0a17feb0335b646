package weft.proxy.upstream;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import weft.routing.cluster.ConnectionPoolSettings;

/**
 * What one version of a cluster's pool settings allows, and what of that is in use. Thread-safe.
 *
 * <p>Limits are per proxy, shared by all event loops, as in Istio. Where the next version has a limit too, it is the same
 * one with another maximum: what is in use goes on counting. Whoever took from a limit gives back to that one.
 */
final class ClusterLimits {
    private final ConnectionPoolSettings settings;
    private final Limit connections;
    private final Limit pending;
    private final Limit requests;
    private final RetryLimit retries;

    private ClusterLimits(ConnectionPoolSettings settings, @Nullable ClusterLimits before, LongSupplier nanoClock) {
        this.settings = settings;
        boolean isBudgeted = settings.retryBudget() != null;
        if (before == null) {
            connections = new Limit(settings.maxConnections());
            pending = new Limit(settings.maxPendingRequests());
            requests = new Limit(settings.maxRequests(), isBudgeted);
            retries = new RetryLimit(settings, requests, nanoClock);
        } else {
            connections = before.connections.next(settings.maxConnections(), false);
            pending = before.pending.next(settings.maxPendingRequests(), false);
            requests = before.requests.next(settings.maxRequests(), isBudgeted);
            retries = requests == before.requests && settings.allowsSameRetries(before.settings)
                    ? before.retries
                    : new RetryLimit(settings, requests, nanoClock);
        }
    }

    static ClusterLimits of(ConnectionPoolSettings settings, LongSupplier nanoClock) {
        return new ClusterLimits(settings, null, nanoClock);
    }

    /** Those of other settings, in the place of these. */
    ClusterLimits next(ConnectionPoolSettings other, LongSupplier nanoClock) {
        return new ClusterLimits(other, this, nanoClock);
    }

    ConnectionPoolSettings settings() {
        return settings;
    }

    Limit connections() {
        return connections;
    }

    /** Requests waiting for a connection. */
    Limit pending() {
        return pending;
    }

    /** Requests in flight. */
    Limit requests() {
        return requests;
    }

    RetryLimit retries() {
        return retries;
    }
}
