package weft.proxy.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.ratelimit.Limits.SECOND;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import weft.routing.http.RequestHead;
import weft.routing.ratelimit.RateLimit;
import weft.routing.ratelimit.RateLimitKey;
import weft.routing.ratelimit.RateLimits;
import weft.routing.ratelimit.RateLimits.Bound;
import weft.schema.QuotaReport;

/** Requests at several proxies against one limit that they share, over a log without delay: what passes in all. */
class GlobalLimitsTest {
    private static final String LISTENER = "in";
    private static final long REPORT = 2 * SECOND / 5;

    private final List<QuotaReport> log = new ArrayList<>();
    private final List<Long> appended = new ArrayList<>();

    private final class Proxy {
        private final RateLimiters limiters = new RateLimiters(() -> 0, () -> 1);
        private final GlobalLimits shared = limiters.share();
        private final RateLimitFilter filter;
        private final QuotaMember member;
        private long reported;
        private int read;

        Proxy(String id, RateLimit limit) {
            filter = limiters.prepare(new RateLimits(
                    Map.of(LISTENER, List.of(new Bound(limit, RateLimits.ANY_PORT, null))), false));
            member = new QuotaMember(id, "boot", 0, Map.of());
        }

        void exchange(long now) {
            for (; read < log.size(); read++) {
                member.read(log.get(read), appended.get(read));
            }
            if (now - reported >= REPORT) {
                reported = now;
                log.add(member.report(shared.demands(member, now), false, now));
                appended.add(now / 1_000_000);
            }
            shared.apply(member, now);
        }

        boolean passes(String user, long now) {
            RequestHead head = new RequestHead();
            head.reset("GET", "http", "app.test", "/");
            head.headers().add("x-user", user);
            RateLimitVerdict verdict = filter.check(LISTENER, 80, head, "10.0.0.1", now);
            return verdict == null || !verdict.isRefused();
        }
    }

    private static RateLimit global(long requests, RateLimitKey... keys) {
        RateLimit local = Limits.of("rule", Limits.perSecond(requests, requests / 10), keys);
        return new RateLimit(local.policy(), local.name(), List.of(), local.keys(), local.quota(), false, true, true);
    }

    private record Count(double offered, double passed) {}

    /** Offers so many requests a second at each proxy, evenly mixed; returns what passed from a moment on. */
    private static Count offer(
            List<Proxy> proxies, double[] perSecond, String user, long from, long to, long countedFrom) {
        SplittableRandom random = new SplittableRandom(from + 1);
        long step = SECOND / 500;
        int passed = 0;
        int offered = 0;
        for (long now = from; now < to; now += step) {
            for (int i = 0; i < proxies.size(); i++) {
                proxies.get(i).exchange(now);
                double expected = perSecond[i] * step / SECOND;
                int requests = (int) expected + (random.nextDouble() < expected % 1 ? 1 : 0);
                for (int n = 0; n < requests; n++) {
                    boolean isPassed = proxies.get(i).passes(user, now);
                    offered += now >= countedFrom ? 1 : 0;
                    passed += isPassed && now >= countedFrom ? 1 : 0;
                }
            }
        }
        double seconds = (to - countedFrom) / (double) SECOND;
        return new Count(offered / seconds, passed / seconds);
    }

    @Test
    void whatPassesInAllIsTheLimitWhateverProxyIsAsked() {
        RateLimit limit = global(1_000);
        List<Proxy> proxies = List.of(new Proxy("a", limit), new Proxy("b", limit), new Proxy("c", limit));
        double[][] phases = {{3_000, 0, 0}, {0, 0, 3_000}, {2_000, 2_000, 2_000}, {100, 2_000, 0}};
        long now = 0;
        for (double[] phase : phases) {
            double passed = offer(proxies, phase, "u", now, now + 8 * SECOND, now + 3 * SECOND)
                    .passed();
            assertThat(passed).as("after three seconds").isBetween(950.0, 1_005.0);
            now += 8 * SECOND;
        }
    }

    /** One caller may ask one proxy alone: it gets the whole limit there, while others share as they come. */
    @Test
    void aCallerOfOneProxyGetsItsWholeLimitThere() {
        RateLimit limit = global(300, new RateLimitKey.Header("x-user"));
        List<Proxy> proxies = List.of(new Proxy("a", limit), new Proxy("b", limit), new Proxy("c", limit));
        double heavy = offer(proxies, new double[] {900, 0, 0}, "heavy", 0, 8 * SECOND, 3 * SECOND)
                .passed();
        assertThat(heavy).isBetween(290.0, 302.0);
        double spread = offer(proxies, new double[] {300, 300, 300}, "heavy", 8 * SECOND, 16 * SECOND, 11 * SECOND)
                .passed();
        assertThat(spread).isBetween(285.0, 302.0);
        Count light = offer(proxies, new double[] {60, 60, 60}, "light", 16 * SECOND, 22 * SECOND, 16 * SECOND);
        assertThat(light.passed())
                .as("below the limit next to nothing is refused")
                .isGreaterThan(0.97 * light.offered());
    }
}
