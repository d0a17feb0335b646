package weft.proxy.ratelimit;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import weft.proxy.telemetry.MetricSource;
import weft.routing.ratelimit.RateLimit;
import weft.routing.ratelimit.RateLimits;

/**
 * Brings what is used of limits in line with each snapshot. Thread-safe; {@link #prepare} is for the rule-loader thread.
 *
 * <p>A rule is known by its policy and its name. As long as its quota and its keys stay as they are it goes on where it was:
 * publishing a policy again fills no bucket, and neither does another match or mode.
 */
public final class RateLimiters implements MetricSource {
    private final LongSupplier nanoClock;
    private final LongSupplier seeds;

    private record Entry(RateLimit limit, RateLimiter limiter) {}

    /* Replaced as a whole by the rule-loader thread, read by whoever collects metrics. */
    private volatile Map<String, Entry> current = Map.of();

    /* Likewise; read by the thread "quota". */
    private volatile List<GlobalLimits.Shared> shared = List.of();

    /* Written once, before the first snapshot. */
    private volatile double startingShare = 1;

    /** @param seeds of hashes that callers must not know */
    public RateLimiters(LongSupplier nanoClock, LongSupplier seeds) {
        this.nanoClock = nanoClock;
        this.seeds = seeds;
    }

    /**
     * The limits that are shared with other proxies, for whoever finds out how much of them this one may use. Without this
     * call each proxy has all of them to itself.
     */
    public GlobalLimits share() {
        startingShare = QuotaMember.STARTING_SHARE;
        return new GlobalLimits(() -> shared);
    }

    /** The limits of the next snapshot, with what is used of them already. */
    public RateLimitFilter prepare(RateLimits limits) {
        Map<String, Entry> next = new LinkedHashMap<>();
        Map<String, RateLimiter> limiters = new HashMap<>();
        for (RateLimit limit : limits.all()) {
            Entry before = current.get(limit.id());
            RateLimiter limiter = before != null && RateLimiter.isContinued(before.limit(), limit)
                    ? before.limiter()
                    : new RateLimiter(
                            limit,
                            limit.isGlobal() ? startingShare : 1,
                            nanoClock.getAsLong(),
                            KeyedBuckets.MAX_KEYS,
                            seeds.getAsLong());
            next.put(limit.id(), new Entry(limit, limiter));
            limiters.put(limit.id(), limiter);
        }
        current = Map.copyOf(next);
        shared = next.values().stream()
                .filter(entry -> entry.limit().isGlobal())
                .map(entry -> new GlobalLimits.Shared(entry.limit(), entry.limiter()))
                .toList();
        return next.isEmpty() ? RateLimitFilter.NONE : new RateLimitFilter(limits, limiters);
    }

    @Override
    public void collect(Output out) {
        current.values().forEach(entry -> {
            RateLimit limit = entry.limit();
            Map<String, String> labels = Map.of(
                    "policy", limit.policy().namespace() + "/" + limit.policy().name(), "rule", limit.name());
            RateLimiter.Counts counts = entry.limiter().counts();
            String prefix = "envoy_http_local_rate_limit_";
            out.counter(prefix + "enabled", "Requests that a limit was asked about.", labels, counts.enabled.sum());
            out.counter(prefix + "ok", "Requests within a limit.", labels, counts.ok.sum());
            out.counter(prefix + "rate_limited", "Requests above a limit.", labels, counts.rateLimited.sum());
            out.counter(prefix + "enforced", "Requests refused by a limit.", labels, counts.enforced.sum());
            out.gauge(
                    "weft_rate_limit_share",
                    "This proxy's part of a limit.",
                    labels,
                    entry.limiter().share());
            out.gauge(
                    "weft_rate_limit_keys",
                    "Callers with tokens in use.",
                    labels,
                    entry.limiter().keys());
        });
    }

    /** Lines of {@code /stats}, under Envoy's names. */
    public Map<String, Long> stats() {
        Map<String, Long> lines = new LinkedHashMap<>();
        current.forEach((id, entry) -> {
            RateLimiter.Counts counts = entry.limiter().counts();
            String prefix = id + ".http_local_rate_limit.";
            lines.put(prefix + "enabled", counts.enabled.sum());
            lines.put(prefix + "enforced", counts.enforced.sum());
            lines.put(prefix + "ok", counts.ok.sum());
            lines.put(prefix + "rate_limited", counts.rateLimited.sum());
        });
        return lines;
    }
}
