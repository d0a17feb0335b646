package weft.proxy.ratelimit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.routing.http.RequestHead;
import weft.routing.ratelimit.RateLimit;
import weft.routing.ratelimit.RateLimits;
import weft.routing.ratelimit.RateLimits.Bound;

/** The limits of one snapshot with what is used of them. Immutable; thread-safe as its limiters are. */
public final class RateLimitFilter {
    public static final RateLimitFilter NONE = new RateLimitFilter(RateLimits.NONE, Map.of());

    private static final double NANOS_PER_SECOND = 1e9;

    private final Map<String, Counted[]> byListener = new HashMap<>();
    private final List<Counted> all = new ArrayList<>();

    /** A limit in its place, with what is used of it. */
    record Counted(Bound bound, RateLimiter limiter) {
        RateLimit limit() {
            return bound.limit();
        }
    }

    /** @param limiters by the id of their limit */
    RateLimitFilter(RateLimits limits, Map<String, RateLimiter> limiters) {
        limits.byListener().forEach((listener, bounds) -> {
            List<Counted> counted = new ArrayList<>();
            for (Bound bound : bounds) {
                RateLimiter limiter = limiters.get(bound.limit().id());
                if (limiter != null) {
                    counted.add(new Counted(bound, limiter));
                }
            }
            byListener.put(listener, counted.toArray(Counted[]::new));
            all.addAll(counted);
        });
    }

    /** Every limit in every place. */
    List<Counted> all() {
        return all;
    }

    /** Whether requests at this listener may be counted. */
    public boolean isFor(String listener) {
        return !byListener.isEmpty() && byListener.containsKey(listener);
    }

    /**
     * Counts a request, in order of the rules, up to one that refuses it.
     *
     * @param meantPort that a redirected connection meant
     * @return null when no rule that is enforced counted it
     */
    public @Nullable RateLimitVerdict check(
            String listener, int meantPort, RequestHead head, String clientAddress, long nowNanos) {
        Counted[] counted = byListener.get(listener);
        if (counted == null) {
            return null;
        }
        RateLimitVerdict tightest = null;
        for (Counted each : counted) {
            RateLimit limit = each.limit();
            if (!each.bound().covers(head.authority(), meantPort) || !limit.matches(head)) {
                continue;
            }
            double left = each.limiter().take(limit, head, clientAddress, nowNanos);
            if (Double.isNaN(left)) {
                continue;
            }
            RateLimiter.Counts counts = each.limiter().counts();
            counts.enabled.increment();
            if (left >= TokenBucket.REFUSED) {
                counts.ok.increment();
                if (!limit.isShadow() && (tightest == null || (long) left < tightest.remaining())) {
                    tightest = new RateLimitVerdict(limit, false, (long) left, reset(each.limiter(), 1 - left));
                }
                continue;
            }
            counts.rateLimited.increment();
            if (!limit.isShadow()) {
                counts.enforced.increment();
                return new RateLimitVerdict(limit, true, 0, Math.max(1, reset(each.limiter(), -left)));
            }
        }
        return tightest;
    }

    /** Whole seconds until the part of a token that is missing is there. */
    private static long reset(RateLimiter limiter, double missing) {
        return missing <= 0 ? 0 : (long) Math.ceil(limiter.clock().nanosFor(missing) / NANOS_PER_SECOND);
    }
}
