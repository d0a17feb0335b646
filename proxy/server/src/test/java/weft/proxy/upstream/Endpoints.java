package weft.proxy.upstream;

import io.netty.channel.DefaultEventLoop;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import weft.proxy.loop.Worker;
import weft.proxy.loop.WorkerClock;
import weft.proxy.upstream.ClusterState.Resolved;
import weft.routing.cluster.ConnectionPoolSettings;
import weft.routing.cluster.Endpoint;
import weft.routing.cluster.LoadBalancing;

/** A cluster's endpoints without sockets, on workers whose clock the test moves. */
final class Endpoints {
    private static final DefaultEventLoop LOOP = new DefaultEventLoop();

    final List<Worker> workers;
    final ClusterState state;
    long nanos = 1_000;

    Endpoints(int loops, long seed) {
        WorkerClock clock = new WorkerClock(() -> nanos, InstantSource.system());
        List<Worker> made = new ArrayList<>();
        for (int i = 0; i < loops; i++) {
            made.add(new Worker(i, LOOP, clock, seed + i));
        }
        workers = List.copyOf(made);
        state = new ClusterState(
                ConnectionPoolSettings.DEFAULT, (worker, address, millis, observer) -> {}, workers, () -> nanos);
    }

    static Endpoint endpoint(int number) {
        return endpoint(number, 1, "");
    }

    static Endpoint endpoint(int number, int weight, String locality) {
        return new Endpoint(
                "10." + (number >> 16) + "." + (number >> 8 & 255) + "." + (number & 255),
                80,
                weight,
                Map.of(),
                locality,
                "");
    }

    static List<Endpoint> numbered(int from, int to) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (int i = from; i < to; i++) {
            endpoints.add(endpoint(i));
        }
        return endpoints;
    }

    EndpointSet set(List<Endpoint> endpoints, LoadBalancing balancing, EndpointSet previous) {
        List<Resolved> resolved = new ArrayList<>();
        for (Endpoint endpoint : endpoints) {
            resolved.add(new Resolved(endpoint, new InetSocketAddress(endpoint.address(), endpoint.port())));
        }
        return state.setOf(resolved, balancing, previous);
    }

    /** As {@link #set}, by the way of clusters whose endpoints are in their rules. */
    EndpointSet literals(List<Endpoint> endpoints, LoadBalancing balancing, EndpointSet previous) {
        return state.setOfLiterals(endpoints, balancing, previous);
    }

    EndpointSet set(List<Endpoint> endpoints, LoadBalancing balancing) {
        return set(endpoints, balancing, EndpointSet.EMPTY);
    }

    /** How often each address, without those never picked, is picked by one worker. */
    Map<String, Integer> picks(EndpointSet set, int count) {
        Map<String, Integer> picked = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            EndpointState endpoint = set.pick(workers.get(0), ClusterRuntime.NO_HASH, null);
            picked.merge(endpoint == null ? "none" : endpoint.endpoint().address(), 1, Integer::sum);
        }
        return picked;
    }

    @Nullable
    String pick(EndpointSet set, int worker, long hash) {
        EndpointState endpoint = set.pick(workers.get(worker), hash, null);
        return endpoint == null ? null : endpoint.endpoint().address();
    }

    EndpointState find(EndpointSet set, int number) {
        String address = endpoint(number).address();
        return set.all().stream()
                .filter(endpoint -> endpoint.endpoint().address().equals(address))
                .findFirst()
                .orElseThrow();
    }
}
