package weft.proxy.upstream;

import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import weft.proxy.loop.Worker;
import weft.routing.cluster.Cluster.LbPolicy;

/**
 * The endpoints of a cluster at one moment, with one balancer per event loop. Immutable but for the balancers, each of
 * which is confined to its loop.
 */
final class EndpointSet {
    /** As Istio configures Envoy: so often another endpoint is drawn when a retry meets one it has tried. */
    private static final int MAX_SELECTIONS = 5;

    static final EndpointSet EMPTY = new EndpointSet(List.of(), LbPolicy.ROUND_ROBIN, List.of());

    private final EndpointState[] endpoints;
    private final LoadBalancer[] balancers;

    EndpointSet(List<EndpointState> endpoints, LbPolicy policy, List<Worker> workers) {
        this.endpoints = endpoints.toArray(EndpointState[]::new);
        balancers = new LoadBalancer[endpoints.isEmpty() ? 0 : workers.size()];
        int[] weights = endpoints.stream()
                .mapToInt(state -> Math.max(1, state.endpoint().weight()))
                .toArray();
        SplittableRandom begin = new SplittableRandom();
        for (int i = 0; i < balancers.length; i++) {
            balancers[i] = LoadBalancer.of(
                    policy, weights, position -> this.endpoints[position].activeRequests(), begin.split());
        }
    }

    List<EndpointState> all() {
        return List.of(endpoints);
    }

    /**
     * An endpoint, rather one that was not tried before; null without endpoints.
     *
     * @param tried endpoints of earlier attempts, or null
     */
    @Nullable
    EndpointState pick(Worker worker, @Nullable List<EndpointState> tried) {
        if (endpoints.length == 0) {
            return null;
        }
        LoadBalancer balancer = balancers[worker.index()];
        EndpointState picked = endpoints[balancer.pick(worker.random())];
        if (tried != null) {
            for (int i = 1; i < MAX_SELECTIONS && tried.contains(picked); i++) {
                picked = endpoints[balancer.pick(worker.random())];
            }
        }
        return picked;
    }
}
