package weft.routing.snapshot;

import java.util.List;
import java.util.Map;
import weft.routing.cluster.Cluster;

/**
 * All that one proxy serves at one log position. Immutable; event loops read one reference per request and keep it.
 *
 * @param clusters by xDS name
 * @param tableHash equal hashes mean equal rules in service
 */
public record ProxySnapshot(
        LogPosition position,
        ProxyIdentity identity,
        List<Listener> listeners,
        Map<String, Cluster> clusters,
        List<RuleRejection> rejections,
        String tableHash) {
    public ProxySnapshot {
        listeners = List.copyOf(listeners);
        clusters = Map.copyOf(clusters);
        rejections = List.copyOf(rejections);
    }

    /** Serves nothing: what a proxy starts with before its first rules. */
    public static ProxySnapshot empty(ProxyIdentity identity) {
        return new ProxySnapshot(LogPosition.NONE, identity, List.of(), Map.of(), List.of(), "");
    }
}
