package weft.proxy.upstream;

import org.jspecify.annotations.Nullable;
import weft.proxy.balance.LoadBalancer;
import weft.proxy.loop.Worker;

/**
 * Whose turn it is in one group of hosts, on each event loop. Each element is confined to its loop.
 *
 * <p>It outlives the group: when endpoints come, go, fall ill or get well, turns go on where they were.
 */
final class Rotation {
    private final @Nullable Turn[] byWorker;

    /** A balancer and what it was made for. */
    record Turn(HostGroup group, boolean isWarming, LoadBalancer balancer) {}

    Rotation(int workers) {
        byWorker = new Turn[workers];
    }

    /** The calling loop's balancer for these hosts. */
    LoadBalancer of(HostGroup group, boolean isWarming, Worker worker) {
        Turn turn = byWorker[worker.index()];
        if (turn == null || turn.group() != group || turn.isWarming() != isWarming) {
            turn = new Turn(group, isWarming, group.turns(turn, isWarming, worker));
            byWorker[worker.index()] = turn;
        }
        return turn.balancer();
    }
}
