package weft.proxy.telemetry;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.atomic.MpscAtomicArrayQueue;

/**
 * The bounded queue between event loops and the telemetry thread. Thread-safe: any thread offers, one thread drains.
 *
 * <p>A full queue drops the request's record and counts it, by reporter and response code, so that request totals stay
 * true when the details are gone. Neither side ever waits for the other.
 */
public final class AccessLogQueue implements AccessLog {
    /** Two thirds of a second at 100,000 requests a second; about 40 MB when full. */
    public static final int DEFAULT_CAPACITY = 65_536;

    /** Codes 0 to 599; any other shares the slot of 0, "none was sent". */
    private static final int CODES = 600;

    private final MpscAtomicArrayQueue<Finished> queue;
    private final AtomicLongArray droppedByCode = new AtomicLongArray(2 * CODES);
    private final AtomicLong droppedConnections = new AtomicLong();
    private final LongAdder dropped = new LongAdder();

    public AccessLogQueue(int capacity) {
        queue = new MpscAtomicArrayQueue<>(capacity);
    }

    @Override
    public void finished(Finished ended) {
        if (queue.offer(ended)) {
            return;
        }
        dropped.increment();
        if (ended instanceof FinishedRequest request) {
            int code = request.responseCode();
            droppedByCode.incrementAndGet((request.inbound() ? CODES : 0) + (code > 0 && code < CODES ? code : 0));
        } else {
            droppedConnections.incrementAndGet();
        }
    }

    /** Takes up to so many records, in each event loop's order; tells how many there were. */
    int drain(Consumer<Finished> to, int limit) {
        MessagePassingQueue.Consumer<Finished> consumer = to::accept;
        return queue.drain(consumer, limit);
    }

    /** Records dropped since the start for want of room. */
    public long dropped() {
        return dropped.sum();
    }

    /** Receives what was dropped and not yet settled. */
    interface DropConsumer {
        void accept(boolean inbound, int responseCode, long count);
    }

    /**
     * Hands over the requests dropped since the last call, so that they can be counted without their details. Connections
     * have been counted while they lived.
     *
     * @return how many records were dropped
     */
    long settleDrops(DropConsumer to) {
        long settled = droppedConnections.getAndSet(0);
        for (int i = 0; i < 2 * CODES; i++) {
            if (droppedByCode.get(i) != 0) {
                long count = droppedByCode.getAndSet(i, 0);
                settled += count;
                to.accept(i >= CODES, i % CODES, count);
            }
        }
        return settled;
    }
}
