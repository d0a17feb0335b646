package weft.proxy.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.ConnectionPoolSettings;
import weft.routing.cluster.Endpoint;
import weft.routing.cluster.HealthCheck;
import weft.routing.cluster.LoadBalancing;
import weft.routing.cluster.OutlierDetection;
import weft.routing.route.Fault;
import weft.routing.route.Forward;
import weft.routing.route.HeaderOperations;
import weft.routing.route.Mirror;
import weft.routing.route.PathRewrite;
import weft.routing.route.RetryPolicy;
import weft.routing.route.Route;
import weft.routing.route.RouteAction;
import weft.routing.route.RouteMatch;
import weft.routing.route.RouteTable;
import weft.routing.route.VirtualHost;
import weft.routing.route.WeightedCluster;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.LogPosition;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxySnapshot;

/** Snapshots by hand. */
public final class Snapshots {
    public static final String LISTENER = "0.0.0.0_80";
    public static final ProxyIdentity GATEWAY = identity(ProxyIdentity.Mode.GATEWAY);
    public static final ProxyIdentity SIDECAR = identity(ProxyIdentity.Mode.SIDECAR);

    private Snapshots() {}

    private static ProxyIdentity identity(ProxyIdentity.Mode mode) {
        return new ProxyIdentity("proxy-1", "default", Map.of(), "", "", "workload", mode, List.of());
    }

    public static Endpoint endpoint(int port) {
        return new Endpoint("127.0.0.1", port, 1, Map.of(), "", "");
    }

    public static String name(String subset) {
        return Cluster.nameOf("outbound", 80, subset, "app.test");
    }

    public static Cluster cluster(String subset, Endpoint... endpoints) {
        return cluster(subset, ConnectionPoolSettings.DEFAULT, endpoints);
    }

    public static Cluster cluster(String subset, ConnectionPoolSettings settings, Endpoint... endpoints) {
        return new Cluster(
                name(subset),
                "app.test",
                "default",
                80,
                subset,
                Cluster.Discovery.STATIC,
                List.of(endpoints),
                LoadBalancing.of(Cluster.LbPolicy.ROUND_ROBIN),
                settings);
    }

    /** The cluster with another balancer. */
    public static Cluster balanced(Cluster cluster, LoadBalancing balancing) {
        return new Cluster(
                cluster.name(),
                cluster.service(),
                cluster.namespace(),
                cluster.port(),
                cluster.subset(),
                cluster.discovery(),
                cluster.endpoints(),
                balancing,
                cluster.connectionPool(),
                cluster.outlierDetection(),
                cluster.healthCheck());
    }

    /** The cluster with outlier detection, and without panic as that has it. */
    public static Cluster watched(Cluster cluster, OutlierDetection outlierDetection) {
        return new Cluster(
                cluster.name(),
                cluster.service(),
                cluster.namespace(),
                cluster.port(),
                cluster.subset(),
                cluster.discovery(),
                cluster.endpoints(),
                new LoadBalancing(cluster.lbPolicy(), 0),
                cluster.connectionPool(),
                outlierDetection,
                cluster.healthCheck());
    }

    /** The cluster with its endpoints probed; null for not at all. */
    public static Cluster probed(Cluster cluster, @Nullable HealthCheck check) {
        return new Cluster(
                cluster.name(),
                cluster.service(),
                cluster.namespace(),
                cluster.port(),
                cluster.subset(),
                cluster.discovery(),
                cluster.endpoints(),
                cluster.loadBalancing(),
                cluster.connectionPool(),
                cluster.outlierDetection(),
                check);
    }

    public static WeightedCluster to(String subset, int weight) {
        return new WeightedCluster(
                name(subset), "app.test", subset, weight, HeaderOperations.NONE, HeaderOperations.NONE);
    }

    /** A Forward to change piece by piece. */
    public record Action(
            List<WeightedCluster> clusters,
            @Nullable PathRewrite rewrite,
            @Nullable String authority,
            long timeoutMillis,
            RetryPolicy retries,
            @Nullable Fault fault,
            List<Mirror> mirrors) {

        public static Action to(String... subsets) {
            List<WeightedCluster> clusters = new ArrayList<>();
            for (String subset : subsets) {
                clusters.add(Snapshots.to(subset, 1));
            }
            return new Action(clusters, null, null, 0, RetryPolicy.NONE, null, List.of());
        }

        public Action weighted(WeightedCluster... weighted) {
            return new Action(List.of(weighted), rewrite, authority, timeoutMillis, retries, fault, mirrors);
        }

        public Action rewrite(PathRewrite to) {
            return new Action(clusters, to, authority, timeoutMillis, retries, fault, mirrors);
        }

        public Action authority(String to) {
            return new Action(clusters, rewrite, to, timeoutMillis, retries, fault, mirrors);
        }

        public Action timeout(long millis) {
            return new Action(clusters, rewrite, authority, millis, retries, fault, mirrors);
        }

        public Action retries(RetryPolicy policy) {
            return new Action(clusters, rewrite, authority, timeoutMillis, policy, fault, mirrors);
        }

        public Action fault(Fault injected) {
            return new Action(clusters, rewrite, authority, timeoutMillis, retries, injected, mirrors);
        }

        public Action mirror(String subset) {
            return new Action(
                    clusters,
                    rewrite,
                    authority,
                    timeoutMillis,
                    retries,
                    fault,
                    List.of(new Mirror(name(subset), 100)));
        }

        public Action mirrors(Mirror... all) {
            return new Action(clusters, rewrite, authority, timeoutMillis, retries, fault, List.of(all));
        }

        public Forward forward() {
            return new Forward(clusters, rewrite, authority, timeoutMillis, retries, fault, mirrors);
        }
    }

    public static Route route(RouteMatch match, RouteAction action) {
        return new Route("route", match, action, HeaderOperations.NONE, HeaderOperations.NONE, null);
    }

    public static VirtualHost host(RouteAction action) {
        return new VirtualHost("app", List.of("app.test"), List.of(route(RouteMatch.ANY, action)), false);
    }

    /** One listener with one virtual host app.test. */
    public static ProxySnapshot of(ProxyIdentity identity, long revision, VirtualHost host, Cluster... clusters) {
        Listener.Direction direction = identity.mode() == ProxyIdentity.Mode.GATEWAY
                ? Listener.Direction.GATEWAY
                : Listener.Direction.OUTBOUND;
        Listener listener = new Listener(
                LISTENER,
                "127.0.0.1",
                0,
                direction,
                Map.of(
                        direction == Listener.Direction.GATEWAY ? Listener.ANY_PORT : 80,
                        new RouteTable(List.of(host))));
        return new ProxySnapshot(
                new LogPosition(revision, revision),
                identity,
                List.of(listener),
                List.of(clusters).stream().collect(Collectors.toMap(Cluster::name, cluster -> cluster)),
                List.of(),
                "hash-" + revision);
    }

    public static ProxySnapshot forwarding(Action action, Cluster... clusters) {
        return of(GATEWAY, 1, host(action.forward()), clusters);
    }
}
