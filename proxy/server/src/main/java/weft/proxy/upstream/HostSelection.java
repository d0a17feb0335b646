package weft.proxy.upstream;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import weft.proxy.balance.PriorityLoad;
import weft.proxy.balance.WeightedChoice;
import weft.proxy.loop.Worker;
import weft.routing.cluster.Cluster.LbPolicy;
import weft.routing.cluster.LoadBalancing;
import weft.routing.cluster.LocalityBalancing.Placement;

/**
 * Whom to pick from while the health of all endpoints is as it was at one version. Immutable.
 *
 * <p>As Envoy: load spreads over the priorities by {@link PriorityLoad}, within one over localities if those have weights,
 * and goes to the healthy endpoints, or in panic to all. An endpoint that is draining counts as gone, for the thresholds
 * too; only when all endpoints are draining do they serve on, as something that may yet answer is better than nothing.
 */
final class HostSelection {
    private static final int ALL_PERCENT = 100;

    private final long version;
    private final Level[] levels;
    private final PriorityLoad load;
    private final boolean needsPoint;

    /** One priority: its groups, one for each locality if those have weights. */
    private record Level(HostGroup[] groups, @Nullable WeightedChoice choice) {
        @Nullable
        EndpointState pick(Worker worker, long point) {
            if (choice != null) {
                return groups[choice.pick(worker.random(), point)].pick(worker, point);
            }
            return groups.length == 0 ? null : groups[0].pick(worker, point);
        }

        boolean contains(EndpointState host) {
            return Arrays.stream(groups).anyMatch(group -> group.contains(host));
        }

        @Nullable
        EndpointState untried(long point, List<EndpointState> tried) {
            for (HostGroup group : groups) {
                EndpointState host = group.untried(point, tried);
                if (host != null) {
                    return host;
                }
            }
            return null;
        }
    }

    private HostSelection(long version, Level[] levels, PriorityLoad load, boolean needsPoint) {
        this.version = version;
        this.levels = levels;
        this.load = load;
        this.needsPoint = needsPoint;
    }

    /**
     * @param placement of the endpoints, by position
     * @param rotations by priority and locality
     */
    static HostSelection of(
            List<EndpointState> endpoints,
            Placement placement,
            LoadBalancing balancing,
            Function<String, Rotation> rotations,
            long version) {
        List<List<Host>> byLevel = new ArrayList<>();
        byLevel.add(new ArrayList<>());
        boolean areAllDraining = endpoints.stream().allMatch(endpoint -> endpoint.is(Unhealthy.DRAINING));
        for (int i = 0; i < endpoints.size(); i++) {
            EndpointState endpoint = endpoints.get(i);
            int priority = placement.priorities()[i];
            if (priority != Placement.NOWHERE && (areAllDraining || !endpoint.is(Unhealthy.DRAINING))) {
                while (byLevel.size() <= priority) {
                    byLevel.add(new ArrayList<>());
                }
                long localityWeight =
                        placement.localityWeights() == null ? 0 : placement.localityWeights()[i];
                byLevel.get(priority).add(new Host(endpoint, endpoint.isHealthy() || areAllDraining, localityWeight));
            }
        }
        PriorityLoad load = load(byLevel, balancing.healthyPanicPercent());
        Level[] levels = new Level[byLevel.size()];
        for (int i = 0; i < levels.length; i++) {
            boolean hasLocalities = placement.localityWeights() != null && !load.isPanic(i);
            levels[i] = level(i, byLevel.get(i), load.isPanic(i), hasLocalities, balancing, rotations);
        }
        boolean isByHash = balancing.policy() == LbPolicy.RING_HASH || balancing.policy() == LbPolicy.MAGLEV;
        return new HostSelection(version, levels, load, isByHash || levels.length > 1);
    }

    private record Host(EndpointState state, boolean isHealthy, long localityWeight) {
        int weight() {
            return Math.max(1, state.endpoint().weight());
        }
    }

    private static PriorityLoad load(List<List<Host>> byLevel, int panicPercent) {
        int[] hosts = byLevel.stream().mapToInt(List::size).toArray();
        int[] healthy = byLevel.stream()
                .mapToInt(level -> (int) level.stream().filter(Host::isHealthy).count())
                .toArray();
        return PriorityLoad.of(hosts, healthy, panicPercent);
    }

    private static Level level(
            int priority,
            List<Host> hosts,
            boolean isPanic,
            boolean hasLocalities,
            LoadBalancing balancing,
            Function<String, Rotation> rotations) {
        if (!hasLocalities) {
            List<Host> used =
                    isPanic ? hosts : hosts.stream().filter(Host::isHealthy).toList();
            HostGroup[] groups = used.isEmpty()
                    ? new HostGroup[0]
                    : new HostGroup[] {group(used, weights(used, 1), balancing, rotations.apply(priority + "|"))};
            return new Level(groups, null);
        }
        Map<String, List<Host>> byLocality = new LinkedHashMap<>();
        for (Host host : hosts) {
            byLocality
                    .computeIfAbsent(host.state().endpoint().locality(), locality -> new ArrayList<>())
                    .add(host);
        }
        boolean isByHash = balancing.hash() != null;
        return isByHash
                ? together(priority, byLocality, balancing, rotations)
                : apart(priority, byLocality, balancing, rotations);
    }

    /** First a locality is drawn, then a host in it. */
    private static Level apart(
            int priority,
            Map<String, List<Host>> byLocality,
            LoadBalancing balancing,
            Function<String, Rotation> rotations) {
        List<HostGroup> groups = new ArrayList<>();
        List<Double> shares = new ArrayList<>();
        byLocality.forEach((locality, hosts) -> {
            List<Host> healthy = hosts.stream().filter(Host::isHealthy).toList();
            double share = share(hosts, healthy);
            if (share > 0) {
                shares.add(share);
                groups.add(group(healthy, weights(healthy, 1), balancing, rotations.apply(priority + "|" + locality)));
            }
        });
        WeightedChoice choice = groups.size() < 2
                ? null
                : new WeightedChoice(
                        shares.stream().mapToDouble(Double::doubleValue).toArray());
        return new Level(groups.toArray(HostGroup[]::new), choice);
    }

    /** A hash finds one host among those of all localities: weights of localities become weights of their hosts. */
    private static Level together(
            int priority,
            Map<String, List<Host>> byLocality,
            LoadBalancing balancing,
            Function<String, Rotation> rotations) {
        List<Host> all = new ArrayList<>();
        List<Double> weights = new ArrayList<>();
        for (List<Host> hosts : byLocality.values()) {
            List<Host> healthy = hosts.stream().filter(Host::isHealthy).toList();
            double share = share(hosts, healthy);
            long total = healthy.stream().mapToLong(Host::weight).sum();
            if (share > 0) {
                all.addAll(healthy);
                healthy.forEach(host -> weights.add(host.weight() * share / total));
            }
        }
        double[] each = weights.stream().mapToDouble(Double::doubleValue).toArray();
        return all.isEmpty()
                ? new Level(new HostGroup[0], null)
                : new Level(new HostGroup[] {group(all, each, balancing, rotations.apply(priority + "|"))}, null);
    }

    private static double share(List<Host> hosts, List<Host> healthy) {
        return hosts.get(0).localityWeight() * PriorityLoad.availability(hosts.size(), healthy.size());
    }

    private static double[] weights(List<Host> hosts, double factor) {
        return hosts.stream().mapToDouble(host -> host.weight() * factor).toArray();
    }

    private static HostGroup group(List<Host> hosts, double[] weights, LoadBalancing balancing, Rotation rotation) {
        return new HostGroup(hosts.stream().map(Host::state).toList(), weights, balancing, rotation);
    }

    long version() {
        return version;
    }

    PriorityLoad load() {
        return load;
    }

    /** Whether a pick without a hash takes a random number in its place. */
    boolean needsPoint() {
        return needsPoint;
    }

    /** @param point the hash of the request, or a random number without one */
    @Nullable
    EndpointState pick(Worker worker, long point) {
        int level = 0;
        if (levels.length > 1) {
            int at = (int) Long.remainderUnsigned(point, ALL_PERCENT);
            while (level < levels.length - 1 && at >= load.percent(level)) {
                at -= load.percent(level);
                level++;
            }
        }
        return levels[level].pick(worker, point);
    }

    /**
     * Chance, or a balancer that likes an endpoint best because it is idle, and it is idle because it is dead, drew none
     * but those tried before: then any other of the same priority, where Envoy would go to the same again.
     */
    EndpointState untried(long point, List<EndpointState> tried, EndpointState picked) {
        for (Level level : levels) {
            if (level.contains(picked)) {
                EndpointState other = level.untried(point, tried);
                return other == null ? picked : other;
            }
        }
        return picked;
    }

    /** An endpoint of the first priority to which none of those tried belongs; null when there is none. */
    @Nullable
    EndpointState elsewhere(Worker worker, List<EndpointState> tried) {
        for (Level level : levels) {
            if (level.groups().length > 0 && tried.stream().noneMatch(level::contains)) {
                return level.pick(worker, worker.random().nextLong());
            }
        }
        return null;
    }
}
