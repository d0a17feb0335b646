package weft.proxy.ratelimit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import weft.schema.QuotaDemand;
import weft.schema.QuotaLimit;
import weft.schema.QuotaReport;

/**
 * One proxy's part in sharing limits: what it says of itself, and what it may use. Confined to one thread; pure, as time and
 * records are handed in.
 *
 * <p>While it reads its own reports back it has read all that came before them, and uses the share that the log says. When
 * they stay away it keeps its share until others may have given it up for gone, then goes over to an equal one: first down,
 * and only later up, so that proxies that lose the log together do not exceed the limit together.
 */
public final class QuotaMember {
    /** Own reports that do not come back for so long mean that the log is away. */
    static final long STALE_NANOS = 3_000_000_000L;

    /** From there to the equal share, for those who had less. */
    static final long FALLBACK_NANOS = STALE_NANOS + 2_000_000_000L;

    /** Part of a limit that a proxy uses until it has read who else there is. */
    public static final double STARTING_SHARE = 0.125;

    /** Stands for every key that nobody reports: those have even shares. No digest looks like it. */
    static final String ANY_KEY = "*";

    /** Reports whose way back is timed. */
    private static final int MAX_SENT = 64;

    private final String proxyId;
    private final String bootId;
    private final long startedNanos;
    private final Map<String, Integer> remembered;
    private final QuotaLedger ledger = new QuotaLedger();
    private final Map<String, SettledShare> settled = new HashMap<>();
    private final ArrayDeque<Sent> sent = new ArrayDeque<>();
    private long sequence;
    private long knownUpToNanos;
    private boolean hasJoined;

    private record Sent(long sequence, long nanos) {}

    /** @param remembered proxies that shared in each limit before this one stopped */
    public QuotaMember(String proxyId, String bootId, long nowNanos, Map<String, Integer> remembered) {
        this.proxyId = proxyId;
        this.bootId = bootId;
        this.startedNanos = nowNanos;
        this.remembered = Map.copyOf(remembered);
        this.knownUpToNanos = nowNanos;
    }

    /** The next record of the topic. */
    public void read(QuotaReport report, long appendedMillis) {
        ledger.read(report, appendedMillis);
        if (report.getProxyId().equals(proxyId) && report.getBootId().equals(bootId)) {
            hasJoined = true;
            while (!sent.isEmpty() && sent.peekFirst().sequence() <= report.getSequence()) {
                knownUpToNanos = sent.removeFirst().nanos();
            }
        }
    }

    /**
     * The report to send now.
     *
     * @param demands requests per second by limit and key
     */
    public QuotaReport report(Map<String, Map<String, Double>> demands, boolean isLeaving, long nowNanos) {
        if (sent.size() == MAX_SENT) {
            sent.removeLast(); // the oldest says since when nothing comes back
        }
        sent.addLast(new Sent(++sequence, nowNanos));
        List<QuotaLimit> limits = new ArrayList<>();
        new TreeMap<>(demands).forEach((id, byKey) -> {
            List<QuotaDemand> list = new ArrayList<>();
            new TreeMap<>(byKey).forEach((key, perSecond) -> list.add(new QuotaDemand(key, perSecond)));
            limits.add(new QuotaLimit(id, list));
        });
        return new QuotaReport(proxyId, bootId, sequence, limits, isLeaving);
    }

    /** Whether the log is away, so that shares are no longer computed from it. */
    public boolean isStale(long nowNanos) {
        return nowNanos - knownUpToNanos > STALE_NANOS;
    }

    /** Whether it has read a report of its own. */
    public boolean hasJoined() {
        return hasJoined;
    }

    /** Proxies that share in a limit, this one included. */
    public int members(String limit) {
        int read = ledger.members(limit) + (ledger.isMember(proxyId, limit) ? 0 : 1);
        return hasJoined ? read : Math.max(read, remembered(limit));
    }

    /** Of a limit that is new since, as many as shared in the one that most shared in. */
    private int remembered(String limit) {
        Integer known = remembered.get(limit);
        return known != null
                ? known
                : remembered.values().stream().mapToInt(each -> each).max().orElse(1);
    }

    Set<String> keys(String limit) {
        return ledger.keys(limit);
    }

    /** Callers of one key may use this part of a limit here now. */
    double share(String limit, String key, double perSecond, long nowNanos) {
        double even = 1.0 / members(limit);
        if (!hasJoined) {
            return nowNanos - startedNanos > STALE_NANOS ? even : Math.min(even, STARTING_SHARE);
        }
        SettledShare own = settled.get(limit + "\n" + key);
        if (own == null) {
            own = new SettledShare();
            own.target(before(limit, even, nowNanos), nowNanos);
            settled.put(limit + "\n" + key, own);
        }
        long silentNanos = nowNanos - knownUpToNanos;
        if (silentNanos > FALLBACK_NANOS) {
            own.target(even, nowNanos);
        } else if (silentNanos > STALE_NANOS) {
            own.target(Math.min(even, own.at(nowNanos)), nowNanos);
        } else {
            own.target(ledger.share(proxyId, limit, key, perSecond), nowNanos);
        }
        return own.at(nowNanos);
    }

    /** What callers of a key could use before it had a share: that of all keys nobody reports, or that of a beginner. */
    private double before(String limit, double even, long nowNanos) {
        SettledShare others = settled.get(limit + "\n" + ANY_KEY);
        return others == null ? Math.min(even, STARTING_SHARE) : others.at(nowNanos);
    }

    /** Forgets what it knew of limits and keys that are not asked for any more. */
    void retain(Set<String> limitsAndKeys) {
        settled.keySet().retainAll(limitsAndKeys);
    }
}
