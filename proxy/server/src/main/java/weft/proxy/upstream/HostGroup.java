package weft.proxy.upstream;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import weft.proxy.balance.EarliestDeadline;
import weft.proxy.balance.LeastRequest;
import weft.proxy.balance.LoadBalancer;
import weft.proxy.balance.RoundRobin;
import weft.proxy.balance.SlowStart;
import weft.proxy.balance.WeightedChoice;
import weft.proxy.loop.Worker;
import weft.proxy.upstream.Rotation.Turn;
import weft.routing.cluster.Cluster.LbPolicy;
import weft.routing.cluster.LoadBalancing;
import weft.routing.cluster.LoadBalancing.Warmup;

/**
 * Hosts that one balancer chooses among. Immutable; its {@link Rotation} is not.
 *
 * <p>Balancers without memory, by chance or load, are made once for all event loops. Those that take turns are made
 * by each loop when it first picks: round robin, least request among uneven weights, and both while a host warms up.
 */
final class HostGroup implements HostChoice {
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
    HostGroup(EndpointState[] hosts, double[] weights, LoadBalancing balancing, Rotation rotation) {
        this.hosts = hosts;
        this.weights = weights;
        this.policy = balancing.policy();
        this.rotation = rotation;
        isEven = isEven(weights);
        slowStart = slowStart(balancing.warmup());
        newestNanos = slowStart == null ? 0 : newest(hosts);
        shared = shared();
    }

    private static boolean isEven(double[] weights) {
        for (double weight : weights) {
            if (weight != weights[0]) {
                return false;
            }
        }
        return true;
    }

    private static long newest(EndpointState[] hosts) {
        long newest = hosts[0].warmSinceNanos();
        for (EndpointState host : hosts) {
            newest = host.warmSinceNanos() - newest > 0 ? host.warmSinceNanos() : newest;
        }
        return newest;
    }

    private static @Nullable SlowStart slowStart(@Nullable Warmup warmup) {
        return warmup == null
                ? null
                : new SlowStart(
                        TimeUnit.MILLISECONDS.toNanos(warmup.durationMillis()),
                        warmup.minimumPercent(),
                        warmup.aggression());
    }

    private @Nullable LoadBalancer shared() {
        return switch (policy) {
            case LEAST_REQUEST, PASSTHROUGH ->
                isEven ? new LeastRequest(hosts.length, position -> hosts[position].activeRequests()) : null;
            case RANDOM -> new WeightedChoice(weights);
            case ROUND_ROBIN, RING_HASH, MAGLEV -> null;
        };
    }

    @Override
    public EndpointState pick(Worker worker, long point) {
        if (hosts.length == 1) {
            return hosts[0];
        }
        SlowStart start = slowStart;
        boolean isWarming = start != null && start.isWarming(worker.clock().nanos() - newestNanos);
        LoadBalancer balancer = shared;
        if (balancer == null || isWarming) {
            balancer = rotation.of(this, isWarming, worker);
        }
        return hosts[balancer.pick(worker.random())];
    }

    @Override
    public boolean contains(EndpointState host) {
        return Arrays.asList(hosts).contains(host);
    }

    @Override
    public @Nullable EndpointState untried(long point, List<EndpointState> tried) {
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
                ? new EarliestDeadline(Positions.in(before.group().hosts, hosts), schedule, now, worker.random())
                : new EarliestDeadline(hosts.length, now, worker.random());
    }

    private double weight(int position, boolean isWarming, Worker worker) {
        double weight = weights[position];
        if (isWarming && slowStart != null) {
            weight *= slowStart.factor(worker.clock().nanos() - hosts[position].warmSinceNanos());
        }
        return policy == LbPolicy.ROUND_ROBIN ? weight : weight / (hosts[position].activeRequests() + 1);
    }
}
