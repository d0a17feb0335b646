package weft.proxy.upstream;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import weft.proxy.balance.PriorityLoad;
import weft.proxy.balance.WeightedChoice;
import weft.proxy.upstream.HostSelection.Level;
import weft.routing.cluster.LoadBalancing;
import weft.routing.cluster.LocalityBalancing.Placement;

/**
 * Selects whom to pick from by health. Confined to the lock of its {@link EndpointSet}.
 *
 * <p>The healthy endpoints, or in panic all of them. An endpoint that is draining counts as gone, for the thresholds too;
 * only when all endpoints are draining do they serve on, as something that may yet answer is better than nothing.
 */
final class Selecting {
    private static final byte GONE = 0;
    private static final byte ILL = 1;
    private static final byte HEALTHY = 2;

    private final EndpointState[] endpoints;
    private final int[] weights;
    private final Placement placement;
    private final LoadBalancing balancing;
    private final int workers;
    private final int[][] byLevel;
    /* By priority and locality; bounded by the localities that the cluster ever had. Shared with the sets before and after. */
    private final Map<String, Rotation> rotations;
    /*
     * By priority, of all its endpoints, perhaps of the set before; null where weights of localities, which change with
     * health, are in them. The next set reads them without the lock: each is immutable, and an old one serves as well.
     */
    private final HashedHosts.@Nullable Table[] tables;

    /** @param before of the set before, whose turns and tables this goes on from; null for none */
    Selecting(
            EndpointState[] endpoints,
            int[] weights,
            Placement placement,
            LoadBalancing balancing,
            int workers,
            @Nullable Selecting before) {
        this.endpoints = endpoints;
        this.weights = weights;
        this.placement = placement;
        this.balancing = balancing;
        this.workers = workers;
        rotations = before == null ? new ConcurrentHashMap<>() : before.rotations;
        byLevel = byLevel(placement.priorities());
        tables = new HashedHosts.Table[byLevel.length];
        for (int i = 0; before != null && i < Math.min(tables.length, before.tables.length); i++) {
            tables[i] = before.tables[i];
        }
    }

    private static int[][] byLevel(int[] priorities) {
        int levels = Math.max(1, Arrays.stream(priorities).max().orElse(0) + 1);
        int[] sizes = new int[levels];
        for (int priority : priorities) {
            if (priority != Placement.NOWHERE) {
                sizes[priority]++;
            }
        }
        int[][] positions = new int[levels][];
        for (int i = 0; i < levels; i++) {
            positions[i] = new int[sizes[i]];
        }
        int[] filled = new int[levels];
        for (int i = 0; i < priorities.length; i++) {
            if (priorities[i] != Placement.NOWHERE) {
                positions[priorities[i]][filled[priorities[i]]++] = i;
            }
        }
        return positions;
    }

    /** @param version of the health, read before */
    HostSelection select(long version) {
        byte[] health = health();
        int[] hosts = new int[byLevel.length];
        int[] healthy = new int[byLevel.length];
        for (int i = 0; i < byLevel.length; i++) {
            for (int position : byLevel[i]) {
                hosts[i] += health[position] == GONE ? 0 : 1;
                healthy[i] += health[position] == HEALTHY ? 1 : 0;
            }
        }
        PriorityLoad load = PriorityLoad.of(hosts, healthy, balancing.healthyPanicPercent());
        Level[] levels = new Level[byLevel.length];
        for (int i = 0; i < levels.length; i++) {
            byte least = load.isPanic(i) ? ILL : HEALTHY;
            boolean hasLocalities = placement.localityWeights() != null && !load.isPanic(i);
            levels[i] = hasLocalities
                    ? byLocality(i, health)
                    : level(i, health, least, least == ILL ? hosts[i] : healthy[i]);
        }
        return new HostSelection(version, levels, load, balancing.hash() != null);
    }

    private byte[] health() {
        byte[] health = new byte[endpoints.length];
        boolean areAllDraining = true;
        for (int i = 0; i < health.length; i++) {
            int marks = endpoints[i].marks();
            boolean isDraining = (marks & Unhealthy.DRAINING.bit()) != 0;
            areAllDraining &= isDraining;
            health[i] = isDraining ? GONE : marks == 0 ? HEALTHY : ILL;
        }
        if (areAllDraining) {
            Arrays.fill(health, HEALTHY);
        }
        return health;
    }

    private Level level(int level, byte[] health, byte least, int count) {
        if (count == 0) {
            return Level.NOBODY;
        }
        int[] positions = byLevel[level];
        if (balancing.hash() != null) {
            EndpointState[] all = hosts(positions);
            HashedHosts.Table table = HashedHosts.Table.of(all, weights(positions, 1), balancing, tables[level]);
            tables[level] = table;
            boolean[] usable = new boolean[positions.length];
            for (int i = 0; i < usable.length; i++) {
                usable[i] = health[positions[i]] >= least;
            }
            return Level.of(new HashedHosts(all, table.lookup(), usable));
        }
        return Level.of(group(filter(positions, health, least, count), level + "|"));
    }

    private static int[] filter(int[] positions, byte[] health, byte least, int count) {
        int[] filtered = new int[count];
        int size = 0;
        for (int position : positions) {
            if (health[position] >= least) {
                filtered[size++] = position;
            }
        }
        return filtered;
    }

    private HostGroup group(int[] positions, String rotation) {
        return new HostGroup(
                hosts(positions),
                weights(positions, 1),
                balancing,
                rotations.computeIfAbsent(rotation, any -> new Rotation(workers)));
    }

    private EndpointState[] hosts(int[] positions) {
        EndpointState[] hosts = new EndpointState[positions.length];
        for (int i = 0; i < hosts.length; i++) {
            hosts[i] = endpoints[positions[i]];
        }
        return hosts;
    }

    private double[] weights(int[] positions, double factor) {
        double[] each = new double[positions.length];
        for (int i = 0; i < each.length; i++) {
            each[i] = Math.max(1, weights[positions[i]]) * factor;
        }
        return each;
    }

    /** The healthy ones of one locality and its share of the work, scaled by its health. */
    private record Share(String locality, int[] positions, double weight) {}

    private Level byLocality(int level, byte[] health) {
        Map<String, List<Integer>> localities = new LinkedHashMap<>();
        for (int position : byLevel[level]) {
            if (health[position] != GONE) {
                localities
                        .computeIfAbsent(endpoints[position].endpoint().locality(), any -> new ArrayList<>())
                        .add(position);
            }
        }
        List<Share> shares = new ArrayList<>();
        localities.forEach((locality, hosts) -> {
            int[] healthy = hosts.stream()
                    .mapToInt(position -> position)
                    .filter(position -> health[position] == HEALTHY)
                    .toArray();
            double weight = localityWeight(hosts.get(0)) * PriorityLoad.availability(hosts.size(), healthy.length);
            if (weight > 0) {
                shares.add(new Share(locality, healthy, weight));
            }
        });
        if (shares.isEmpty()) {
            return Level.NOBODY;
        }
        return balancing.hash() != null ? together(shares) : apart(level, shares);
    }

    private long localityWeight(int position) {
        long[] all = placement.localityWeights();
        return all == null ? 0 : all[position];
    }

    /** First a locality is drawn, then a host in it. */
    private Level apart(int level, List<Share> shares) {
        HostChoice[] groups = shares.stream()
                .map(share -> group(share.positions(), level + "|" + share.locality()))
                .toArray(HostChoice[]::new);
        double[] each = shares.stream().mapToDouble(Share::weight).toArray();
        return new Level(groups, groups.length == 1 ? null : new WeightedChoice(each));
    }

    /** A hash finds one host among those of all localities: weights of localities become weights of their hosts. */
    private Level together(List<Share> shares) {
        List<EndpointState> all = new ArrayList<>();
        List<Double> each = new ArrayList<>();
        for (Share share : shares) {
            double total = Arrays.stream(weights(share.positions(), 1)).sum();
            for (double weight : weights(share.positions(), share.weight() / total)) {
                each.add(weight);
            }
            all.addAll(List.of(hosts(share.positions())));
        }
        EndpointState[] hosts = all.toArray(EndpointState[]::new);
        double[] of = each.stream().mapToDouble(weight -> weight).toArray();
        boolean[] usable = new boolean[hosts.length];
        Arrays.fill(usable, true);
        return Level.of(new HashedHosts(
                hosts, HashedHosts.Table.of(hosts, of, balancing, null).lookup(), usable));
    }
}
