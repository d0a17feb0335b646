package weft.proxy.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import weft.routing.http.RequestHead;
import weft.routing.ratelimit.RateLimit;
import weft.routing.ratelimit.RateLimitKey;
import weft.routing.ratelimit.RateLimits;
import weft.routing.ratelimit.RateLimits.Bound;
import weft.routing.route.RouteMatch;

class RateLimitersTest {
    private static final String LISTENER = "in";

    private final RateLimiters limiters = new RateLimiters(() -> 0, () -> 1);

    private static RateLimits limits(RateLimit... limits) {
        List<Bound> bounds = new ArrayList<>();
        for (RateLimit limit : limits) {
            bounds.add(new Bound(limit, RateLimits.ANY_PORT, null));
        }
        return new RateLimits(Map.of(LISTENER, bounds), false);
    }

    private static boolean passes(RateLimitFilter filter, String path) {
        RequestHead head = new RequestHead();
        head.reset("GET", "http", "app.test", path);
        RateLimitVerdict verdict = filter.check(LISTENER, 80, head, "10.0.0.1", 0);
        return verdict == null || !verdict.isRefused();
    }

    private static final RateLimit ONE = Limits.of("one", Limits.perHour(1, 1));

    @Test
    void anEqualLimitGoesOnWhereItWas() {
        assertThat(passes(limiters.prepare(limits(ONE)), "/")).isTrue();
        assertThat(passes(limiters.prepare(limits(ONE)), "/")).isFalse();
        RateLimitFilter narrowed = limiters.prepare(limits(Limits.matching(ONE, RouteMatch.prefix("/api"))));
        assertThat(passes(narrowed, "/")).isTrue();
        assertThat(passes(narrowed, "/api")).isFalse();
        RateLimitFilter shadow = limiters.prepare(limits(Limits.shadow(ONE)));
        assertThat(passes(shadow, "/")).isTrue();
        assertThat(passes(limiters.prepare(limits(ONE)), "/")).isFalse();
    }

    @Test
    void anotherQuotaOrOtherKeysBeginAnew() {
        assertThat(passes(limiters.prepare(limits(ONE)), "/")).isTrue();
        assertThat(passes(limiters.prepare(limits(Limits.of("one", Limits.perHour(2, 1)))), "/"))
                .isTrue();
        assertThat(passes(
                        limiters.prepare(
                                limits(Limits.of("one", Limits.perHour(2, 1), new RateLimitKey.ClientAddress()))),
                        "/"))
                .isTrue();
        assertThat(passes(limiters.prepare(limits()), "/")).isTrue();
        assertThat(passes(limiters.prepare(limits(ONE)), "/")).as("it was gone").isTrue();
    }

    @Test
    void everyRuleCountsUpToTheOneThatRefuses() {
        RateLimit wide = Limits.of("wide", Limits.perHour(10, 10));
        RateLimit narrow = Limits.of("narrow", Limits.perHour(2, 2));
        RateLimitFilter filter = limiters.prepare(limits(wide, narrow));
        RequestHead head = new RequestHead();
        head.reset("GET", "http", "app.test", "/");
        RateLimitVerdict first = Objects.requireNonNull(filter.check(LISTENER, 80, head, "10.0.0.1", 0));
        assertThat(first.limit()).as("of which least is left").isEqualTo(narrow);
        assertThat(first.remaining()).isEqualTo(1);
        assertThat(passes(filter, "/")).isTrue();
        assertThat(passes(filter, "/")).isFalse();
        assertThat(limiters.stats())
                .containsEntry("default/api/wide.http_local_rate_limit.ok", 3L)
                .containsEntry("default/api/narrow.http_local_rate_limit.ok", 2L)
                .containsEntry("default/api/narrow.http_local_rate_limit.rate_limited", 1L)
                .containsEntry("default/api/narrow.http_local_rate_limit.enforced", 1L);
    }

    @Test
    void aRequestWithoutWhatItIsCountedByIsNotCounted() {
        RateLimitFilter filter =
                limiters.prepare(limits(Limits.of("user", Limits.perHour(1, 1), new RateLimitKey.Header("x-user"))));
        assertThat(passes(filter, "/")).isTrue();
        assertThat(passes(filter, "/")).isTrue();
        assertThat(limiters.stats()).containsEntry("default/api/user.http_local_rate_limit.enabled", 0L);
    }
}
