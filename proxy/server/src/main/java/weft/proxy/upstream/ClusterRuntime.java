package weft.proxy.upstream;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import weft.proxy.loop.Worker;
import weft.proxy.upstream.ClusterState.Resolved;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.Cluster.Discovery;
import weft.routing.cluster.HealthCheck;
import weft.routing.host.HostNames;
import weft.routing.http.Authority;

/**
 * One version of a cluster in service: its configuration and the endpoints to pick from. Thread-safe.
 *
 * <p>A request that holds a snapshot keeps picking from that snapshot's endpoints, and counts in its limits; endpoints and
 * pools live in the shared {@link ClusterState} and go on.
 */
public final class ClusterRuntime {
    /** In place of the hash of a request that has none. */
    public static final long NO_HASH = 0;

    private final Cluster cluster;
    private final ClusterState state;
    private final ClusterLimits limits;
    private final OriginalDestinations destinations;
    private final HealthWatch watch;
    private final Supplier<Draining> draining;
    private boolean isReplaced;
    /* Fixed for static clusters; written by the resolver thread for DNS clusters. Read by event loops. */
    private volatile EndpointSet endpoints;

    ClusterRuntime(
            Cluster cluster,
            ClusterState state,
            EndpointSet endpoints,
            OriginalDestinations destinations,
            HealthWatch watch,
            Supplier<Draining> draining) {
        this.cluster = cluster;
        this.state = state;
        this.limits = state.limits();
        this.endpoints = endpoints;
        this.destinations = destinations;
        this.watch = watch;
        this.draining = draining;
    }

    public Cluster cluster() {
        return cluster;
    }

    public List<EndpointState> endpoints() {
        return isOriginalDestination() ? destinations.endpoints() : endpoints.all();
    }

    /** Of each endpoint, by position; -1 for one that gets no traffic. Empty where authorities say where requests go. */
    public int[] priorities() {
        return isOriginalDestination() ? new int[0] : endpoints.priorities();
    }

    /** Whether a request's own authority, not an endpoint list, says where it goes. */
    public boolean isOriginalDestination() {
        return cluster.discovery() == Discovery.ORIGINAL_DST || cluster.discovery() == Discovery.DYNAMIC_FORWARD_PROXY;
    }

    /** Whether what a request carries finds its endpoint, as long as that is there and healthy. */
    public boolean balancesByHash() {
        return cluster.loadBalancing().hash() != null;
    }

    /**
     * An endpoint, rather none of those tried before; null when there is none that may be picked, see {@link Unhealthy}.
     *
     * @param tried endpoints of earlier attempts, or null
     */
    public @Nullable EndpointState pick(Worker worker, @Nullable List<EndpointState> tried) {
        return endpoints.pick(worker, NO_HASH, tried);
    }

    /**
     * As {@link #pick(Worker, List)}, by a hash where the cluster balances by one: the same hash finds the same endpoint
     * as long as that is there and healthy.
     *
     * @param hash {@link #NO_HASH} for none: then chance decides
     */
    public @Nullable EndpointState pick(Worker worker, long hash, @Nullable List<EndpointState> tried) {
        return endpoints.pick(worker, hash, tried);
    }

    /** An endpoint of another priority than those tried, as locality failover ranks them; null when there is none. */
    public @Nullable EndpointState pickElsewhere(Worker worker, List<EndpointState> tried) {
        return endpoints.pickElsewhere(worker, tried);
    }

    /**
     * The endpoint that a request names, told on the worker's loop; null when it does not resolve, or may not be meant.
     *
     * @param original where the client wanted to go
     * @param named the host it named there, perhaps with a port; null for none
     */
    public void resolve(
            Worker worker, String original, @Nullable String named, Consumer<@Nullable EndpointState> then) {
        if (cluster.discovery() == Discovery.ORIGINAL_DST) {
            destinations.resolve(worker, original, then);
            return;
        }
        String host = named == null ? "" : Authority.host(named).toLowerCase(Locale.ROOT);
        // A rule may send any host here: whom it is not for would make an open proxy of this one.
        if (cluster.endpoints().isEmpty() || !HostNames.isSubset(host, cluster.service())) {
            then.accept(null);
            return;
        }
        destinations.resolve(worker, host + ":" + cluster.endpoints().get(0).port(), then);
    }

    /**
     * Counts a request in flight; false when that is one too many.
     *
     * @param isRetry whether it is sent again
     */
    public boolean tryAcquireRequest(boolean isRetry) {
        if (!limits.requests().tryAcquire()) {
            state.requestCounts().overflowed();
            return false;
        }
        if (!isRetry) {
            limits.retries().requestBegun();
        }
        return true;
    }

    public void releaseRequest() {
        limits.requests().release();
    }

    /** Counts a copy of a request in flight; false when that is one too many. */
    public boolean tryAcquireShadow() {
        if (!state.shadows().tryAcquire()) {
            return false;
        }
        if (tryAcquireRequest(false)) {
            return true;
        }
        state.shadows().release();
        return false;
    }

    public void releaseShadow() {
        releaseRequest();
        state.shadows().release();
    }

    /** Counts a retry in flight; false when that is one too many. */
    public boolean tryAcquireRetry() {
        if (limits.retries().tryAcquire()) {
            return true;
        }
        state.requestCounts().retryOverflowed();
        return false;
    }

    public void releaseRetry() {
        limits.retries().release();
    }

    /** Also counts what earlier versions of the cluster opened. */
    public ConnectionCounts connections() {
        return state.counts();
    }

    /** Retries that may be in flight now. */
    public long maxRetries() {
        return limits.retries().max();
    }

    /** As {@link #connections}. */
    public RequestCounts requestCounts() {
        return state.requestCounts();
    }

    /** What outlier detection does to the endpoints; null without. */
    public @Nullable OutlierCounts outliers() {
        OutlierDetector detector = state.outliers();
        return detector == null ? null : detector.counts();
    }

    OriginalDestinations destinations() {
        return destinations;
    }

    ClusterState state() {
        return state;
    }

    EndpointSet endpointSet() {
        return endpoints;
    }

    /** Takes over new addresses; with the same ones balancers go on undisturbed. Completes when new ones were probed. */
    synchronized CompletableFuture<?> endpoints(List<Resolved> resolved) {
        EndpointSet next = state.setOf(resolved, cluster.loadBalancing(), endpoints);
        EndpointSet before = endpoints;
        if (isReplaced || next == before) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<?> probed = watch(next, before.all());
        markDraining(next.list().newcomers());
        endpoints = next;
        release(before);
        state.retireAllBut(next);
        return probed;
    }

    /** Marks those that are draining now, and no others. */
    synchronized void markDraining() {
        markDraining(endpoints.all());
    }

    /** As {@link #markDraining()}; all others are marked already, as they are in service. */
    synchronized void markNewcomers() {
        markDraining(endpoints.list().newcomers());
    }

    private void markDraining(List<EndpointState> marked) {
        Draining now = draining.get();
        marked.forEach(endpoint -> endpoint.mark(Unhealthy.DRAINING, now.includes(endpoint.address())));
    }

    /**
     * Has its endpoints probed, if that is asked for, before any request is sent to them. Those that served before go on
     * serving until they fail; completes when the others were probed.
     */
    CompletableFuture<?> watchHealth(@Nullable ClusterRuntime before) {
        return watch(endpoints, before == null ? List.of() : before.endpoints.all());
    }

    private CompletableFuture<?> watch(EndpointSet set, List<EndpointState> before) {
        HealthCheck check = cluster.healthCheck();
        if (check == null) {
            return CompletableFuture.completedFuture(null);
        }
        Map<InetSocketAddress, Boolean> passing = new HashMap<>();
        before.forEach(endpoint -> passing.put(endpoint.address(), !endpoint.is(Unhealthy.FAILED_CHECK)));
        List<CompletableFuture<?>> verdicts = new ArrayList<>();
        for (EndpointState endpoint : set.all()) {
            boolean mayServe = passing.getOrDefault(endpoint.address(), false);
            verdicts.add(watch.watch(check, cluster.name(), endpoint, mayServe));
        }
        return CompletableFuture.allOf(verdicts.toArray(CompletableFuture<?>[]::new));
    }

    private void release(EndpointSet set) {
        HealthCheck check = cluster.healthCheck();
        if (check != null) {
            set.all().forEach(endpoint -> watch.release(check, endpoint));
        }
    }

    /** Another runtime is in service in its place: it has nothing probed any more. */
    synchronized void replaced() {
        if (!isReplaced) {
            isReplaced = true;
            release(endpoints);
        }
    }

    void retire() {
        replaced();
        state.retireAllBut(EndpointSet.EMPTY);
        destinations.retire();
    }
}
