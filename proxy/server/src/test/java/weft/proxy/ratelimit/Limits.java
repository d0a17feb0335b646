package weft.proxy.ratelimit;

import java.util.List;
import weft.routing.ratelimit.RateLimit;
import weft.routing.ratelimit.RateLimit.Quota;
import weft.routing.ratelimit.RateLimitKey;
import weft.routing.route.RouteMatch;
import weft.rules.RuleKey;

/** Limits by hand. */
final class Limits {
    static final RuleKey POLICY = new RuleKey("RateLimitPolicy", "default", "api");
    static final long SECOND = 1_000_000_000L;

    private Limits() {}

    static RateLimit of(String name, Quota quota, RateLimitKey... keys) {
        return new RateLimit(POLICY, name, List.of(), List.of(keys), quota, false, false, true);
    }

    static RateLimit shadow(RateLimit limit) {
        return new RateLimit(
                limit.policy(), limit.name(), limit.matches(), limit.keys(), limit.quota(), true, false, true);
    }

    static RateLimit matching(RateLimit limit, RouteMatch match) {
        return new RateLimit(
                limit.policy(), limit.name(), List.of(match), limit.keys(), limit.quota(), false, false, true);
    }

    static Quota perSecond(long requests, long burst) {
        return new Quota(requests, 1_000, burst);
    }

    static Quota perHour(long requests, long burst) {
        return new Quota(requests, 3_600_000, burst);
    }
}
