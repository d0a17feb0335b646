package weft.proxy.loop;

import io.netty.channel.EventLoop;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** One event loop and what belongs to it alone. Confined to the event loop, but for {@link #eventLoop} and {@link #index}. */
public final class Worker {
    private final int index;
    private final EventLoop eventLoop;
    private final WorkerClock clock;
    private final RandomGenerator random;
    private final RequestIds requestIds;

    /**
     * @param index position among all workers, from 0: per-worker state elsewhere lives in arrays by this index
     * @param seed of all chance on this worker: weights, faults, balancing, backoff, request ids
     */
    public Worker(int index, EventLoop eventLoop, WorkerClock clock, long seed) {
        this.index = index;
        this.eventLoop = eventLoop;
        this.clock = clock;
        this.random = new SplittableRandom(seed);
        this.requestIds = new RequestIds(random);
    }

    public int index() {
        return index;
    }

    public EventLoop eventLoop() {
        return eventLoop;
    }

    public WorkerClock clock() {
        return clock;
    }

    public RandomGenerator random() {
        return random;
    }

    /** A draw of 31 bits, for choices by weight. */
    public int draw() {
        return random.nextInt() & Integer.MAX_VALUE;
    }

    public RequestIds requestIds() {
        return requestIds;
    }
}
