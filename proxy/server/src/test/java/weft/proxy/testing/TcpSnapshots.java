package weft.proxy.testing;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import weft.routing.cluster.Cluster;
import weft.routing.route.RuleRef;
import weft.routing.route.WeightedCluster;
import weft.routing.snapshot.FilterChain;
import weft.routing.snapshot.FilterChainMatch;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.LogPosition;
import weft.routing.snapshot.NetworkFilter.TcpProxy;
import weft.routing.snapshot.ProxySnapshot;
import weft.rules.RuleKey;

/** Snapshots of filter chains by hand; clusters as in {@link Snapshots}. */
public final class TcpSnapshots {
    public static final RuleKey RULE = new RuleKey("VirtualService", "default", "echo");

    private static final long IDLE_MILLIS = 3_600_000;

    private TcpSnapshots() {}

    public static TcpProxy to(WeightedCluster... clusters) {
        return to(IDLE_MILLIS, clusters);
    }

    public static TcpProxy to(long idleMillis, WeightedCluster... clusters) {
        return to(idleMillis, 0, clusters);
    }

    public static TcpProxy to(long idleMillis, long maxDurationMillis, WeightedCluster... clusters) {
        return new TcpProxy(
                List.of(clusters), "echo.default", idleMillis, maxDurationMillis, new RuleRef(RULE, "tcp[0]", 0));
    }

    public static FilterChain plain(WeightedCluster... clusters) {
        return new FilterChain("plain", FilterChainMatch.ANY, null, to(clusters));
    }

    /** A chain for TLS connections that ask for these names; for any TLS connection without names. */
    public static FilterChain tls(String name, WeightedCluster cluster, String... serverNames) {
        FilterChainMatch match = new FilterChainMatch(0, List.of(), List.of(serverNames), true);
        return new FilterChain(name, match, null, to(cluster));
    }

    /** One gateway listener with these chains. */
    public static ProxySnapshot of(long revision, List<FilterChain> chains, Cluster... clusters) {
        Listener listener =
                new Listener(Snapshots.LISTENER, "127.0.0.1", 0, Listener.Direction.GATEWAY, Map.of(), chains);
        return new ProxySnapshot(
                new LogPosition(revision, revision),
                Snapshots.GATEWAY,
                List.of(listener),
                Stream.of(clusters).collect(Collectors.toMap(Cluster::name, cluster -> cluster)),
                List.of(),
                "hash-" + revision);
    }

    /** Everything to one cluster. */
    public static ProxySnapshot relaying(Cluster... clusters) {
        return of(1, List.of(plain(Snapshots.to("v1", 1))), clusters);
    }
}
