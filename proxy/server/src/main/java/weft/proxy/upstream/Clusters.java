package weft.proxy.upstream;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import weft.proxy.loop.Workers;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.OutlierDetection;
import weft.routing.persistent.ShardedMap;

/**
 * Brings cluster runtimes in line with each snapshot. Confined to the rule-loader thread.
 *
 * <p>Two steps around the publication of a snapshot: {@link #prepare} makes what the new one needs, {@link #retireOld}
 * lets go of what only the old one used.
 */
public final class Clusters implements AutoCloseable {
    /** New clusters get this long to resolve names and to probe before the rules that use them go into service. */
    private static final long WARMING_MILLIS = 1_000;

    private final UpstreamConnector connector;
    private final Workers workers;
    private final HostResolver resolver;
    private final Predicate<InetSocketAddress> isSelf;
    private final HealthWatch watch;
    private final AtomicReference<Draining> draining = new AtomicReference<>(Draining.NOBODY);
    private final ScheduledThreadPoolExecutor scheduler;
    private final Map<ClusterRuntime, DnsDiscovery> discoveries = new IdentityHashMap<>();
    private ShardedMap<String, Cluster> configured = ShardedMap.of();
    private ShardedMap<String, ClusterRuntime> current = ShardedMap.of();

    /** What the snapshots before used and the newest does not, until that is in service. */
    private final List<Replaced> replaced = new ArrayList<>();

    private record Replaced(String name, ClusterRuntime runtime) {}

    /**
     * Starts without clusters.
     *
     * @param isSelf whether an address is one this proxy listens on
     */
    public Clusters(
            UpstreamConnector connector,
            Workers workers,
            HostResolver resolver,
            Predicate<InetSocketAddress> isSelf,
            HealthWatch watch) {
        this.connector = connector;
        this.workers = workers;
        this.resolver = resolver;
        this.isSelf = isSelf;
        this.watch = watch;
        scheduler = new ScheduledThreadPoolExecutor(
                1, new DefaultThreadFactory("cluster-timer", true), new ThreadPoolExecutor.DiscardPolicy());
        scheduler.setRemoveOnCancelPolicy(true);
    }

    /**
     * Runtimes by cluster name for the next snapshot; those of unchanged clusters are the ones in service. Costs what
     * changed, not what exists.
     */
    public Map<String, ClusterRuntime> prepare(Map<String, Cluster> clusters) {
        ShardedMap<String, Cluster> wanted = ShardedMap.copyOf(clusters);
        ShardedMap.Editor<String, ClusterRuntime> next = current.edit();
        List<CompletableFuture<?>> warming = new ArrayList<>();
        ShardedMap.differences(configured, wanted, (name, old, cluster) -> {
            ClusterRuntime before = current.get(name);
            if (before != null) {
                replaced.add(new Replaced(name, before));
            }
            if (cluster == null) {
                next.remove(name);
            } else {
                next.put(name, runtime(cluster, before, warming));
            }
        });
        warm(warming);
        configured = wanted;
        current = next.done();
        return current;
    }

    /** These workloads are picked no more, where others serve; all others again. */
    public void draining(Draining workloads) {
        if (!workloads.equals(draining.getAndSet(workloads))) {
            current.values().forEach(ClusterRuntime::markDraining);
        }
    }

    private ClusterRuntime runtime(
            Cluster cluster, @Nullable ClusterRuntime before, List<CompletableFuture<?>> warming) {
        ClusterRuntime continued = before != null && isContinued(before, cluster) ? before : null;
        ClusterState state = continued != null
                ? continued.state()
                : new ClusterState(cluster.connectionPool(), connector, workers.all(), System::nanoTime);
        OriginalDestinations destinations = continued != null
                ? continued.destinations()
                : new OriginalDestinations(state, workers.all(), resolver, isSelf);
        if (state.configured(cluster.connectionPool())) {
            destinations.renewPools();
        }
        state.detectOutliers(outliers(cluster, before));
        boolean isDns = cluster.discovery() == Cluster.Discovery.STRICT_DNS
                || cluster.discovery() == Cluster.Discovery.LOGICAL_DNS;
        DnsDiscovery discovery = isDns ? discovery(cluster, before) : null;
        EndpointSet previous = before == null ? EndpointSet.EMPTY : before.endpointSet();
        EndpointSet endpoints = discovery != null
                ? state.setOf(discovery.resolved(), cluster.loadBalancing(), previous)
                : state.setOfLiterals(cluster.endpoints(), cluster.loadBalancing(), previous);
        ClusterRuntime runtime = new ClusterRuntime(cluster, state, endpoints, destinations, watch, draining::get);
        runtime.markNewcomers();
        CompletableFuture<?> probed = runtime.watchHealth(before);
        if (before == null) {
            warming.add(probed);
        }
        if (discovery != null) {
            discoveries.put(runtime, discovery);
            warming.add(discovery.start(runtime));
        }
        return runtime;
    }

    /** It goes on with the addresses that are known. */
    private DnsDiscovery discovery(Cluster cluster, @Nullable ClusterRuntime before) {
        return new DnsDiscovery(
                cluster,
                resolver,
                this::schedule,
                new SplittableRandom(),
                before == null ? null : discoveries.get(before));
    }

    /** Whoever judges the endpoints already, as long as the settings stay equal: ejections outlive all other changes. */
    private @Nullable OutlierDetector outliers(Cluster cluster, @Nullable ClusterRuntime before) {
        OutlierDetection settings = cluster.outlierDetection();
        OutlierDetector current = before == null ? null : before.state().outliers();
        if (settings == null || (current != null && current.settings().equals(settings))) {
            return settings == null ? null : current;
        }
        return new OutlierDetector(cluster.name(), settings, System::nanoTime, this::schedule);
    }

    private void schedule(Runnable task, long delayMillis) {
        scheduler.schedule(task, delayMillis, TimeUnit.MILLISECONDS);
    }

    /** Whether endpoints, with what is known of them, go on from the one to the other. */
    private static boolean isContinued(ClusterRuntime before, Cluster next) {
        return before.cluster().discovery() == next.discovery();
    }

    private static void warm(List<CompletableFuture<?>> warming) {
        if (!warming.isEmpty()) {
            CompletableFuture.allOf(warming.toArray(CompletableFuture<?>[]::new))
                    .completeOnTimeout(null, WARMING_MILLIS, TimeUnit.MILLISECONDS)
                    .join();
        }
    }

    /** After the next snapshot went into service: what only the one before used closes its idle connections. */
    public void retireOld() {
        for (Replaced each : replaced) {
            ClusterRuntime old = each.runtime();
            ClusterRuntime now = current.get(each.name());
            if (now == old) {
                continue; // what should have replaced it could not be made
            }
            DnsDiscovery discovery = discoveries.remove(old);
            if (discovery != null) {
                discovery.stop();
            }
            if (now == null || now.state() != old.state()) {
                old.retire();
            } else {
                old.replaced();
                old.state().retireAllBut(now.endpointSet());
            }
        }
        replaced.clear();
    }

    @Override
    public void close() {
        scheduler.shutdownNow();
        current.values().forEach(ClusterRuntime::retire);
    }
}
