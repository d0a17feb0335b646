package weft.proxy.ratelimit;

import weft.routing.ratelimit.RateLimit.Quota;

/**
 * Counts the tokens that a limit has brought forth since it began; buckets remember how many of them are spent. Thread-safe.
 *
 * <p>Tokens are counted, not time, so that a rate may change while buckets stay as full as they were. One thread changes the
 * rate, event loops read: the volatile write of an immutable state publishes it.
 */
final class TokenClock {
    private static final double NANOS_PER_MILLI = 1e6;

    private record State(long sinceNanos, double tokens, double perNano, double capacity, double share) {
        double at(long nanos) {
            return tokens + (nanos - sinceNanos) * perNano;
        }
    }

    private volatile State state;

    private TokenClock(State state) {
        this.state = state;
    }

    /** Runs at a share of the quota's rate. */
    static TokenClock of(Quota quota, double share, long nowNanos) {
        return new TokenClock(new State(nowNanos, 0, rate(quota, share), capacity(quota, share), share));
    }

    private static double rate(Quota quota, double share) {
        return quota.requests() * share / (quota.perMillis() * NANOS_PER_MILLI);
    }

    /** At least one whole token, else no request would ever pass. */
    private static double capacity(Quota quota, double share) {
        return Math.max(1, quota.burst() * share);
    }

    /** Another clock that shows what this one shows now; each then runs by itself. */
    TokenClock fork(long nowNanos) {
        State now = state;
        return new TokenClock(new State(nowNanos, now.at(nowNanos), now.perNano(), now.capacity(), now.share()));
    }

    /** From now on it runs at another share. Called by one thread. */
    void share(Quota quota, double share, long nowNanos) {
        State now = state;
        state = new State(nowNanos, now.at(nowNanos), rate(quota, share), capacity(quota, share), share);
    }

    double share() {
        return state.share();
    }

    /** Tokens since the beginning. */
    double tokens(long nowNanos) {
        return state.at(nowNanos);
    }

    /** Most tokens that a bucket holds. */
    double capacity() {
        return state.capacity();
    }

    /** Nanoseconds until so many more tokens are there. */
    double nanosFor(double tokens) {
        return tokens / state.perNano();
    }
}
