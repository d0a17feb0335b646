package weft.proxy.upstream;

import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import weft.proxy.loop.Worker;
import weft.routing.cluster.Cluster.LbPolicy;
import weft.routing.cluster.LoadBalancing;

/**
 * The endpoints of a cluster at one moment, with one balancer per event loop. Thread-safe, each balancer confined to its
 * loop.
 *
 * <p>When the health of an endpoint has changed, the next pick on any loop selects anew whom to pick from.
 */
final class EndpointSet {
    /** As Istio configures Envoy: so often another endpoint is drawn when a retry meets one it has tried. */
    private static final int MAX_SELECTIONS = 5;

    static final EndpointSet EMPTY =
            new EndpointSet(List.of(), LoadBalancing.of(LbPolicy.ROUND_ROBIN), new HealthVersion(), 0);

    private final List<EndpointState> endpoints;
    private final LoadBalancing balancing;
    private final HealthVersion health;
    private final int workers;
    /* Written under the lock by the event loop that first sees a new version of the health; read by all of them. */
    private volatile Balancers balancers;

    /** Who may be picked, and by what: one balancer for each event loop. */
    private record Balancers(HostSelection selection, EndpointState[] hosts, LoadBalancer[] byWorker) {}

    EndpointSet(List<EndpointState> endpoints, LoadBalancing balancing, HealthVersion health, int workers) {
        this.endpoints = List.copyOf(endpoints);
        this.balancing = balancing;
        this.health = health;
        this.workers = workers;
        balancers = select();
    }

    private Balancers select() {
        HostSelection selection = HostSelection.of(endpoints, balancing.healthyPanicPercent(), health.current());
        EndpointState[] hosts = selection.hosts().toArray(EndpointState[]::new);
        int[] weights = selection.hosts().stream()
                .mapToInt(state -> Math.max(1, state.endpoint().weight()))
                .toArray();
        LoadBalancer[] byWorker = new LoadBalancer[hosts.length == 0 ? 0 : workers];
        SplittableRandom begin = new SplittableRandom();
        for (int i = 0; i < byWorker.length; i++) {
            byWorker[i] = LoadBalancer.of(
                    balancing.policy(), weights, position -> hosts[position].activeRequests(), begin.split());
        }
        return new Balancers(selection, hosts, byWorker);
    }

    private synchronized Balancers renew() {
        if (balancers.selection().version() != health.current()) {
            balancers = select();
        }
        return balancers;
    }

    List<EndpointState> all() {
        return endpoints;
    }

    /**
     * An endpoint, rather one that was not tried before; null when there is none to send to.
     *
     * @param tried endpoints of earlier attempts, or null
     */
    @Nullable
    EndpointState pick(Worker worker, @Nullable List<EndpointState> tried) {
        Balancers now = balancers;
        if (now.selection().version() != health.current()) {
            now = renew();
        }
        EndpointState[] hosts = now.hosts();
        if (hosts.length == 0) {
            return null;
        }
        LoadBalancer balancer = now.byWorker()[worker.index()];
        EndpointState picked = hosts[balancer.pick(worker.random())];
        if (tried != null) {
            for (int i = 1; i < MAX_SELECTIONS && tried.contains(picked); i++) {
                picked = hosts[balancer.pick(worker.random())];
            }
        }
        return picked;
    }
}
