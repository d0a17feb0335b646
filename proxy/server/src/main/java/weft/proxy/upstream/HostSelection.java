package weft.proxy.upstream;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.proxy.balance.PriorityLoad;
import weft.proxy.balance.WeightedChoice;
import weft.proxy.loop.Worker;

/**
 * Whom to pick from while the health of all endpoints is as it was at one version. Immutable.
 *
 * <p>As Envoy: load spreads over the priorities by {@link PriorityLoad}, within one over localities if those have weights.
 * See {@link Selecting} for who is in it.
 */
final class HostSelection {
    private static final int ALL_PERCENT = 100;

    private final long version;
    private final Level[] levels;
    private final PriorityLoad load;
    private final boolean needsPoint;

    /**
     * One priority.
     *
     * @param groups one for each locality if those have weights, else one or none
     * @param choice among several groups, else null
     */
    record Level(HostChoice[] groups, @Nullable WeightedChoice choice) {
        static final Level NOBODY = new Level(new HostChoice[0], null);

        static Level of(HostChoice all) {
            return new Level(new HostChoice[] {all}, null);
        }

        @Nullable
        EndpointState pick(Worker worker, long point) {
            if (choice != null) {
                return groups[choice.pick(worker.random())].pick(worker, point);
            }
            return groups.length == 0 ? null : groups[0].pick(worker, point);
        }

        boolean contains(EndpointState host) {
            return Arrays.stream(groups).anyMatch(group -> group.contains(host));
        }

        @Nullable
        EndpointState untried(long point, List<EndpointState> tried) {
            for (HostChoice group : groups) {
                EndpointState host = group.untried(point, tried);
                if (host != null) {
                    return host;
                }
            }
            return null;
        }
    }

    HostSelection(long version, Level[] levels, PriorityLoad load, boolean isByHash) {
        this.version = version;
        this.levels = levels;
        this.load = load;
        this.needsPoint = isByHash || levels.length > 1;
    }

    long version() {
        return version;
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
