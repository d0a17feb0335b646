package weft.proxy.ratelimit;

import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import weft.routing.http.RequestHead;
import weft.routing.ratelimit.RateLimit;
import weft.routing.ratelimit.RateLimit.Quota;

/**
 * What is used of one limit on this proxy. Thread-safe; shared by all event loops, and by every version of the rule whose
 * quota and keys are equal.
 */
final class RateLimiter {
    private final TokenClock clock;
    private final @Nullable TokenBucket single;
    private final @Nullable KeyedBuckets keyed;
    private final Counts counts = new Counts();
    private long lastEnabled;

    /** Envoy's counters of a local rate limit. */
    static final class Counts {
        /** Requests that the rule was asked about. */
        final LongAdder enabled = new LongAdder();

        final LongAdder ok = new LongAdder();
        /** Requests without a token, refused or not. */
        final LongAdder rateLimited = new LongAdder();
        /** Those that were refused. */
        final LongAdder enforced = new LongAdder();
    }

    /** @param share of the limit that this proxy may use to begin with */
    RateLimiter(RateLimit limit, double share, long nowNanos, int maxKeys, long seed) {
        clock = TokenClock.of(limit.quota(), share, nowNanos);
        single = limit.keys().isEmpty() ? new TokenBucket(clock) : null;
        keyed = limit.keys().isEmpty() ? null : new KeyedBuckets(clock, maxKeys, seed, limit.isGlobal());
    }

    /** Whether what was used of the one is used of the other. */
    static boolean isContinued(RateLimit before, RateLimit after) {
        return before.quota().equals(after.quota())
                && before.keys().equals(after.keys())
                && before.isGlobal() == after.isGlobal();
    }

    Counts counts() {
        return counts;
    }

    TokenClock clock() {
        return clock;
    }

    /** This proxy's part of the limit. */
    double share() {
        return clock.share();
    }

    /** Callers with a bucket of their own. */
    int keys() {
        return keyed == null ? 0 : keyed.size();
    }

    /**
     * Takes a token for the request.
     *
     * @return as {@link TokenBucket#take}; {@link TokenBucket#CLOSED} when the request has not what the rule counts by
     */
    double take(RateLimit limit, RequestHead head, String clientAddress, long nowNanos) {
        if (single != null) {
            return single.take(nowNanos);
        }
        String key = limit.key(head, clientAddress);
        if (key == null || keyed == null) {
            return TokenBucket.CLOSED;
        }
        return keyed.take(limit.isGlobal() ? KeyedBuckets.digest(key) : KeyedBuckets.bounded(key), nowNanos);
    }

    /** What was asked for since the last call, by key; the key of a limit for all is empty. Called by one thread. */
    Map<String, Long> takeAsked() {
        if (keyed != null) {
            return keyed.takeAsked();
        }
        long before = lastEnabled;
        lastEnabled = counts.enabled.sum();
        return Map.of("", lastEnabled - before);
    }

    /** This proxy's part of the limit from now on. Called by one thread. */
    void share(Quota quota, double share, long nowNanos) {
        clock.share(quota, share, nowNanos);
    }

    /** Parts for keys that have one of their own. Called by one thread. */
    void shares(Quota quota, Map<String, Double> byKey, double even, long nowNanos) {
        if (keyed != null) {
            keyed.shares(quota, byKey, even, nowNanos);
        }
    }
}
