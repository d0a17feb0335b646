package weft.proxy.upstream;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import weft.proxy.balance.EarliestDeadline;
import weft.proxy.balance.HashRing;
import weft.proxy.balance.LeastRequest;
import weft.proxy.balance.LoadBalancer;
import weft.proxy.balance.Maglev;
import weft.proxy.balance.RoundRobin;
import weft.proxy.balance.SlowStart;
import weft.proxy.balance.WeightedChoice;
import weft.proxy.loop.Worker;
import weft.proxy.upstream.Rotation.Turn;
import weft.routing.cluster.Cluster.LbPolicy;
import weft.routing.cluster.LoadBalancing;
import weft.routing.cluster.LoadBalancing.ConsistentHash;
import weft.routing.cluster.LoadBalancing.Warmup;

/**
 * Hosts that one balancer chooses among. Immutable; its {@link Rotation} is not.
 *
 * <p>Balancers without memory, by chance, load or hash, are made once for all event loops. Those that take turns are made
 * by each loop when it first picks: round robin, least request among uneven weights, and both while a host warms up.
 */
final class HostGroup {
    private final EndpointState[] hosts;
    private final double[] weights;
    private final boolean isEven;
    private final LbPolicy policy;
    private final @Nullable SlowStart slowStart;
    private final long newestNanos;
    private final @Nullable LoadBalancer shared;
    private final Rotation rotation;

    /**
     * @param hosts at least one
     * @param weights one for each, above 0
     */
    HostGroup(List<EndpointState> hosts, double[] weights, LoadBalancing balancing, Rotation rotation) {
        this.hosts = hosts.toArray(EndpointState[]::new);
        this.weights = weights;
        this.policy = balancing.policy();
        this.rotation = rotation;
        isEven = Arrays.stream(weights).allMatch(weight -> weight == weights[0]);
        slowStart = slowStart(balancing.warmup());
        long newest = this.hosts[0].warmSinceNanos();
        for (EndpointState host : this.hosts) {
            newest = host.warmSinceNanos() - newest > 0 ? host.warmSinceNanos() : newest;
        }
        newestNanos = newest;
        shared = shared(balancing.hash());
    }

    private static @Nullable SlowStart slowStart(@Nullable Warmup warmup) {
        return warmup == null
                ? null
                : new SlowStart(
                        TimeUnit.MILLISECONDS.toNanos(warmup.durationMillis()),
                        warmup.minimumPercent(),
                        warmup.aggression());
    }

    private @Nullable LoadBalancer shared(@Nullable ConsistentHash hash) {
        long tableSize = hash == null ? 0 : hash.tableSize();
        return switch (policy) {
            case ROUND_ROBIN -> null;
            case LEAST_REQUEST, PASSTHROUGH ->
                isEven ? new LeastRequest(hosts.length, position -> hosts[position].activeRequests()) : null;
            case RANDOM -> new WeightedChoice(weights);
            case RING_HASH -> new HashRing(keys(), weights, tableSize);
            case MAGLEV -> new Maglev(keys(), weights, (int) tableSize);
        };
    }

    private List<String> keys() {
        List<String> keys = new ArrayList<>(hosts.length);
        for (EndpointState host : hosts) {
            keys.add(host.hostPort());
        }
        return keys;
    }

    /** @param point the hash of the request, or a random number without one */
    EndpointState pick(Worker worker, long point) {
        if (hosts.length == 1) {
            return hosts[0];
        }
        SlowStart start = slowStart;
        boolean isWarming = start != null && start.isWarming(worker.clock().nanos() - newestNanos);
        LoadBalancer balancer = shared;
        if (balancer == null || isWarming) {
            balancer = rotation.of(this, isWarming, worker);
        }
        return hosts[balancer.pick(worker.random(), point)];
    }

    boolean contains(EndpointState host) {
        return Arrays.asList(hosts).contains(host);
    }

    /** Some host that is not among these, always the same for a point; null when all are. */
    @Nullable
    EndpointState untried(long point, List<EndpointState> tried) {
        int from = (int) Long.remainderUnsigned(point, hosts.length);
        for (int i = 0; i < hosts.length; i++) {
            EndpointState host = hosts[(from + i) % hosts.length];
            if (!tried.contains(host)) {
                return host;
            }
        }
        return null;
    }

    /** A balancer that takes turns, for one event loop; it goes on from an earlier one. */
    LoadBalancer turns(@Nullable Turn before, boolean isWarming, Worker worker) {
        if (isEven && !isWarming) {
            int next = before != null && before.balancer() instanceof RoundRobin turns
                    ? turns.next()
                    : worker.random().nextInt(hosts.length);
            return new RoundRobin(hosts.length, next);
        }
        EarliestDeadline.Weights now = position -> weight(position, isWarming, worker);
        return before != null && before.balancer() instanceof EarliestDeadline schedule
                ? new EarliestDeadline(positionsIn(before.group()), schedule, now, worker.random())
                : new EarliestDeadline(hosts.length, now, worker.random());
    }

    private double weight(int position, boolean isWarming, Worker worker) {
        double weight = weights[position];
        if (isWarming && slowStart != null) {
            weight *= slowStart.factor(worker.clock().nanos() - hosts[position].warmSinceNanos());
        }
        return policy == LbPolicy.ROUND_ROBIN ? weight : weight / (hosts[position].activeRequests() + 1);
    }

    private int[] positionsIn(HostGroup other) {
        Map<EndpointState, Integer> positions = new IdentityHashMap<>();
        for (int i = 0; i < other.hosts.length; i++) {
            positions.put(other.hosts[i], i);
        }
        return Arrays.stream(hosts)
                .mapToInt(host -> positions.getOrDefault(host, -1))
                .toArray();
    }

    int size() {
        return hosts.length;
    }
}
