package weft.proxy.ratelimit;

import java.util.ArrayDeque;

/**
 * A share that falls at once and rises late: the least that was computed within the last while. Confined to one thread.
 *
 * <p>Who gains waits until who loses has certainly read the same record, so that for no moment both use the same part.
 */
final class SettledShare {
    /** Longer than a record takes from the broker to every proxy that still reads. */
    static final long SETTLE_NANOS = 500_000_000L;

    private record Target(double share, long sinceNanos) {}

    private final ArrayDeque<Target> targets = new ArrayDeque<>();

    /** What it is to be from now on. */
    void target(double share, long nowNanos) {
        Target last = targets.peekLast();
        if (last == null || last.share() != share) {
            targets.addLast(new Target(share, nowNanos));
        }
    }

    /** What may be used now. */
    double at(long nowNanos) {
        // The oldest counts as long as the one after it is younger than the while.
        while (targets.size() > 1 && nowNanos - second().sinceNanos() >= SETTLE_NANOS) {
            targets.removeFirst();
        }
        double least = 1;
        for (Target target : targets) {
            least = Math.min(least, target.share());
        }
        return least;
    }

    private Target second() {
        var each = targets.iterator();
        each.next();
        return each.next();
    }
}
