package weft.proxy.control;

import weft.routing.snapshot.ProxySnapshot;

/**
 * The snapshot in service. Thread-safe.
 *
 * <p>A reader takes the value once and keeps that copy for the whole request: several reads may see different snapshots.
 */
public final class ActiveSnapshot {
    /*
     * Written by the rule-loader thread only, read by every event loop. The volatile write publishes the immutable
     * snapshot and all it refers to.
     */
    private volatile ProxySnapshot current;

    public ActiveSnapshot(ProxySnapshot initial) {
        current = initial;
    }

    public ProxySnapshot current() {
        return current;
    }

    public void publish(ProxySnapshot next) {
        current = next;
    }
}
