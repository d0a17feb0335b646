package weft.proxy.ratelimit;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import weft.schema.QuotaDemand;
import weft.schema.QuotaLimit;
import weft.schema.QuotaReport;

/**
 * Who shares in which limit, by a prefix of the quota topic. Confined to one thread.
 *
 * <p>A pure fold: the same records in the same order give the same shares on every proxy, so that nobody has to hand them
 * out. Time is the broker's, as records carry it.
 */
final class QuotaLedger {
    /** Who has not reported for so long by the broker's clock shares no more. */
    static final long LEASE_MILLIS = 5_000;

    /** What a proxy may use without having asked for it before, of an equal share: a first request finds a token. */
    static final double FLOOR = 0.02;

    /** Shares are a little larger than what was asked for, so that growing demand does not wait for each step. */
    private static final double HEADROOM = 1.1;

    /** Keys of a limit that have shares of their own; of those above it nobody has any, so that all have even ones. */
    static final int MAX_KEYS = 4_096;

    private record Member(QuotaReport report, long appendedMillis, Map<String, Map<String, Double>> demands) {}

    private final TreeMap<String, Member> members = new TreeMap<>();
    private long newestMillis;

    /** The next record of the topic. */
    void read(QuotaReport report, long appendedMillis) {
        newestMillis = Math.max(newestMillis, appendedMillis);
        if (report.getIsLeaving()) {
            members.remove(report.getProxyId());
        } else {
            Map<String, Map<String, Double>> demands = new HashMap<>();
            for (QuotaLimit limit : report.getLimits()) {
                Map<String, Double> byKey = demands.computeIfAbsent(limit.getId(), id -> new HashMap<>());
                for (QuotaDemand demand : limit.getDemands()) {
                    byKey.put(demand.getKey(), demand.getPerSecond());
                }
            }
            members.put(report.getProxyId(), new Member(report, appendedMillis, demands));
        }
        members.values().removeIf(member -> newestMillis - member.appendedMillis() > LEASE_MILLIS);
    }

    /** Proxies that share in a limit. */
    int members(String limit) {
        int count = 0;
        for (Member member : members.values()) {
            count += member.demands().containsKey(limit) ? 1 : 0;
        }
        return count;
    }

    boolean isMember(String proxyId, String limit) {
        Member member = members.get(proxyId);
        return member != null && member.demands().containsKey(limit);
    }

    /** Keys of a limit that somebody reports. */
    Set<String> keys(String limit) {
        Set<String> keys = new TreeSet<>();
        for (Member member : members.values()) {
            for (String key : member.demands().getOrDefault(limit, Map.of()).keySet()) {
                if (keys.size() < MAX_KEYS) {
                    keys.add(key);
                }
            }
        }
        return keys;
    }

    /**
     * A proxy's part of a limit for one key; the parts of all members add up to 1. Each gets what it asks for, as far as that
     * fits: else all are cut to the same level, and only who asks for less than that gets less. What nobody asks for is dealt
     * out evenly.
     *
     * @param perSecond what the whole limit allows
     */
    double share(String proxyId, String limit, String key, double perSecond) {
        int count = members(limit);
        if (!isMember(proxyId, limit)) {
            return 1.0 / (count + 1);
        }
        double[] wanted = new double[count];
        int own = 0;
        int i = 0;
        double sum = 0;
        for (Map.Entry<String, Member> member : members.entrySet()) {
            Map<String, Double> byKey = member.getValue().demands().get(limit);
            if (byKey != null) {
                own = member.getKey().equals(proxyId) ? i : own;
                double asked = byKey.getOrDefault(key, 0.0) * HEADROOM / perSecond;
                wanted[i] = Math.min(1, Math.max(asked, FLOOR / count));
                sum += wanted[i++];
            }
        }
        return sum <= 1 ? wanted[own] + (1 - sum) / count : Math.min(wanted[own], level(wanted));
    }

    /** The most that each may have, so that all of them have 1. */
    private static double level(double[] wanted) {
        double[] ascending = wanted.clone();
        Arrays.sort(ascending);
        double left = 1;
        for (int i = 0; i < ascending.length; i++) {
            double even = left / (ascending.length - i);
            if (ascending[i] >= even) {
                return even;
            }
            left -= ascending[i];
        }
        return 1;
    }
}
