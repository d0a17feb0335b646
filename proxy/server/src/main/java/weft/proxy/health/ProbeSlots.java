package weft.proxy.health;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/**
 * Bounds the probes under way on one event loop; the others wait in order. Confined to the event loop.
 *
 * <p>The queue is bounded by the endpoints of the loop, each of which waits once at most.
 */
final class ProbeSlots {
    /** A cluster of thousands must not open thousands of connections at the same moment. */
    static final int MAX_PROBES = 128;

    private final Executor eventLoop;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private int free = MAX_PROBES;

    ProbeSlots(Executor eventLoop) {
        this.eventLoop = eventLoop;
    }

    /** Runs now, or when one of those under way has ended. */
    void acquire(Runnable probe) {
        if (free > 0) {
            free--;
            probe.run();
        } else {
            waiting.addLast(probe);
        }
    }

    void release() {
        Runnable next = waiting.pollFirst();
        if (next == null) {
            free++;
        } else {
            eventLoop.execute(next); // never from here: the next may end at once, and so may thousands after it
        }
    }
}
