package weft.proxy.ratelimit;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import weft.routing.ratelimit.RateLimit;

/**
 * The limits that this proxy shares with others: what is asked of them, and how much of them it may use. Confined to the
 * thread "quota", but for {@link #isEmpty}.
 */
public final class GlobalLimits {
    /** Keys of one limit that are reported, those asked for most first. */
    static final int MAX_REPORTED_KEYS = 64;

    /** A key is reported once it asks for this part of an equal share. */
    private static final double NOTABLE = 0.5;

    /** How much of the newest measure goes into what is reported. */
    private static final double NEWEST = 0.5;

    /** Demand above the limit, in limits: what more there is makes no difference but takes longer to forget. */
    private static final double MOST = 1.5;

    private static final double NANOS_PER_SECOND = 1e9;

    private final Supplier<List<Shared>> current;
    private final Map<RateLimiter, Map<String, Double>> smoothed = new HashMap<>();
    private long measuredNanos;

    /** A limit with what is used of it. */
    record Shared(RateLimit limit, RateLimiter limiter) {
        double perSecond() {
            return limit.quota().requests() * 1e3 / limit.quota().perMillis();
        }
    }

    GlobalLimits(Supplier<List<Shared>> current) {
        this.current = current;
    }

    /** Whether there is nothing to share, so that nobody needs to be asked. Thread-safe. */
    public boolean isEmpty() {
        return current.get().isEmpty();
    }

    /** Requests per second since the last call, smoothed, by limit and notable key. */
    public Map<String, Map<String, Double>> demands(QuotaMember member, long nowNanos) {
        double seconds = Math.max(1, nowNanos - measuredNanos) / NANOS_PER_SECOND;
        measuredNanos = nowNanos;
        Map<String, Map<String, Double>> demands = new HashMap<>();
        Set<RateLimiter> present = new HashSet<>();
        for (Shared shared : current.get()) {
            present.add(shared.limiter());
            Map<String, Double> rates = smoothed.computeIfAbsent(shared.limiter(), each -> new HashMap<>());
            Map<String, Long> asked = shared.limiter().takeAsked();
            rates.replaceAll((key, rate) -> rate * (1 - NEWEST));
            double most = MOST * shared.perSecond();
            asked.forEach((key, count) -> rates.merge(key, Math.min(most, count / seconds) * NEWEST, Double::sum));
            double notable = shared.limit().keys().isEmpty()
                    ? 0
                    : NOTABLE
                            * shared.perSecond()
                            / member.members(shared.limit().id());
            rates.values().removeIf(rate -> rate < notable / 4);
            Map<String, Double> reported = new HashMap<>();
            rates.entrySet().stream()
                    .filter(rate -> rate.getValue() >= notable)
                    .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                    .limit(MAX_REPORTED_KEYS)
                    .forEach(rate -> reported.put(rate.getKey(), rate.getValue()));
            demands.put(shared.limit().id(), reported);
        }
        smoothed.keySet().retainAll(present);
        return demands;
    }

    /** Proxies that share in each limit. */
    public Map<String, Integer> members(QuotaMember member) {
        Map<String, Integer> members = new HashMap<>();
        for (Shared shared : current.get()) {
            members.put(shared.limit().id(), member.members(shared.limit().id()));
        }
        return members;
    }

    /** Sets what may be used from now on. */
    public void apply(QuotaMember member, long nowNanos) {
        Set<String> known = new HashSet<>();
        for (Shared shared : current.get()) {
            String id = shared.limit().id();
            known.add(id + "\n");
            if (shared.limit().keys().isEmpty()) {
                shared.limiter()
                        .share(shared.limit().quota(), member.share(id, "", shared.perSecond(), nowNanos), nowNanos);
                continue;
            }
            double even = member.share(id, QuotaMember.ANY_KEY, shared.perSecond(), nowNanos);
            known.add(id + "\n" + QuotaMember.ANY_KEY);
            shared.limiter().share(shared.limit().quota(), even, nowNanos);
            Map<String, Double> byKey = new HashMap<>();
            for (String key : member.keys(id)) {
                byKey.put(key, member.share(id, key, shared.perSecond(), nowNanos));
                known.add(id + "\n" + key);
            }
            shared.limiter().shares(shared.limit().quota(), byKey, even, nowNanos);
        }
        member.retain(known);
    }
}
