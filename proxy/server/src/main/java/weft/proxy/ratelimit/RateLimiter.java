package weft.proxy.ratelimit;

import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import weft.routing.http.RequestHead;
import weft.routing.ratelimit.RateLimit;

/**
 * What is used of one limit on this proxy. Thread-safe; shared by all event loops, and by every version of the rule whose
 * quota and keys are equal.
 */
final class RateLimiter {
    private final TokenClock clock;
    private final @Nullable TokenBucket single;
    private final @Nullable KeyedBuckets keyed;
    private final Counts counts = new Counts();

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

    RateLimiter(RateLimit limit, long nowNanos, int maxKeys, long seed) {
        clock = TokenClock.of(limit.quota(), 1, nowNanos);
        single = limit.keys().isEmpty() ? new TokenBucket(clock) : null;
        keyed = limit.keys().isEmpty() ? null : new KeyedBuckets(clock, maxKeys, seed);
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
        return key == null || keyed == null ? TokenBucket.CLOSED : keyed.take(KeyedBuckets.bounded(key), nowNanos);
    }
}
