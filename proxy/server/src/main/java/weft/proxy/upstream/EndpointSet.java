package weft.proxy.upstream;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.proxy.loop.Worker;
import weft.routing.cluster.Cluster.LbPolicy;
import weft.routing.cluster.LoadBalancing;
import weft.routing.cluster.LocalityBalancing.Placement;

/**
 * The endpoints of a cluster at one moment and how one is chosen. Thread-safe.
 *
 * <p>When the health of an endpoint has changed, the next pick on any event loop selects anew whom to pick from. A pick
 * allocates nothing and takes as long among ten endpoints as among ten thousand, but for the logarithm that turns by
 * weight and the hash ring cost.
 */
final class EndpointSet {
    /** As Istio configures Envoy: so often another endpoint is drawn when a retry meets one it has tried. */
    private static final int MAX_SELECTIONS = 5;

    /** The golden ratio in 64 bits: multiples of it are far from each other. */
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    static final EndpointSet EMPTY = new EndpointSet(
            EndpointList.of(new EndpointState[0]),
            LoadBalancing.of(LbPolicy.ROUND_ROBIN),
            new HealthVersion(),
            0,
            null);

    private final EndpointList list;
    private final Placement placement;
    private final LoadBalancing balancing;
    private final HealthVersion health;
    private final int workers;
    private final Selecting selecting;
    /* Written under the lock by whoever first sees a new version of the health; read by event loops. */
    private volatile HostSelection selection;

    /** @param previous whose turns go on, if it chose alike; null for none */
    EndpointSet(
            EndpointList list,
            LoadBalancing balancing,
            HealthVersion health,
            int workers,
            @Nullable EndpointSet previous) {
        this.list = list;
        this.balancing = balancing;
        this.health = health;
        this.workers = workers;
        placement = balancing.locality().place(list.places());
        Selecting alike = previous != null && previous.workers == workers && previous.balancing.equals(balancing)
                ? previous.selecting
                : null;
        selecting = new Selecting(list.array(), list.weights(), placement, balancing, workers, alike);
        selection = selecting.select(health.current());
    }

    private synchronized HostSelection renew() {
        if (selection.version() != health.current()) {
            selection = selecting.select(health.current());
        }
        return selection;
    }

    private HostSelection selection() {
        HostSelection now = selection;
        return now.version() == health.current() ? now : renew();
    }

    List<EndpointState> all() {
        return list.states();
    }

    EndpointList list() {
        return list;
    }

    int[] priorities() {
        return placement.priorities().clone();
    }

    /** Whether nothing that a pick depends on differs. */
    boolean isLike(EndpointSet other) {
        return Arrays.equals(list.array(), other.list.array())
                && balancing.equals(other.balancing)
                && Arrays.equals(list.weights(), other.list.weights())
                && Arrays.equals(placement.priorities(), other.placement.priorities())
                && Arrays.equals(placement.localityWeights(), other.placement.localityWeights());
    }

    /**
     * An endpoint, rather one that was not tried before; null when there is none to send to.
     *
     * @param hash of the request, {@link ClusterRuntime#NO_HASH} for none
     * @param tried endpoints of earlier attempts, or null
     */
    @Nullable
    EndpointState pick(Worker worker, long hash, @Nullable List<EndpointState> tried) {
        HostSelection from = selection();
        EndpointState picked = from.pick(worker, point(from, worker, hash, 0));
        if (tried != null) {
            for (int i = 1; i < MAX_SELECTIONS && picked != null && tried.contains(picked); i++) {
                picked = from.pick(worker, point(from, worker, hash, i));
            }
            if (picked != null && tried.contains(picked)) {
                return from.untried(
                        hash == ClusterRuntime.NO_HASH ? worker.random().nextLong() : hash, tried, picked);
            }
        }
        return picked;
    }

    /** Another one for each attempt, the same for the same hash. */
    private static long point(HostSelection from, Worker worker, long hash, int attempt) {
        if (hash == ClusterRuntime.NO_HASH) {
            return from.needsPoint() ? worker.random().nextLong() : 0;
        }
        return hash ^ attempt * SPREAD;
    }

    /** An endpoint of a priority that none of those tried has; null when there is no such priority. */
    @Nullable
    EndpointState pickElsewhere(Worker worker, List<EndpointState> tried) {
        return selection().elsewhere(worker, tried);
    }
}
