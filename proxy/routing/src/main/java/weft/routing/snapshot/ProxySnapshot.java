package weft.routing.snapshot;

import java.util.List;
import java.util.Map;
import weft.routing.cluster.Cluster;
import weft.routing.persistent.ShardedMap;
import weft.routing.ratelimit.RateLimits;
import weft.rules.Rule;
import weft.rules.RuleKey;

/**
 * All that one proxy serves at one log position. Immutable; event loops read one reference per request and keep it.
 * Clusters and rules are kept in maps that share with the snapshot before what did not change.
 *
 * @param clusters by xDS name
 * @param tableHash equal hashes mean equal rules in service
 * @param rules in service: those of the position, or the last good version of those rejected
 * @param notices what of the rules is known but not served
 * @param rateLimits on what comes in
 */
public record ProxySnapshot(
        LogPosition position,
        ProxyIdentity identity,
        List<Listener> listeners,
        Map<String, Cluster> clusters,
        List<RuleRejection> rejections,
        String tableHash,
        Map<RuleKey, Rule> rules,
        List<RuleNotice> notices,
        RateLimits rateLimits) {
    public ProxySnapshot {
        listeners = List.copyOf(listeners);
        clusters = ShardedMap.copyOf(clusters);
        rejections = List.copyOf(rejections);
        rules = ShardedMap.copyOf(rules);
        notices = List.copyOf(notices);
    }

    /** A snapshot that stands for itself, without the rules it was made of. */
    public ProxySnapshot(
            LogPosition position,
            ProxyIdentity identity,
            List<Listener> listeners,
            Map<String, Cluster> clusters,
            List<RuleRejection> rejections,
            String tableHash) {
        this(position, identity, listeners, clusters, rejections, tableHash, Map.of(), List.of(), RateLimits.NONE);
    }

    /** Serves nothing: what a proxy starts with before its first rules. */
    public static ProxySnapshot empty(ProxyIdentity identity) {
        return new ProxySnapshot(LogPosition.NONE, identity, List.of(), Map.of(), List.of(), "");
    }
}
