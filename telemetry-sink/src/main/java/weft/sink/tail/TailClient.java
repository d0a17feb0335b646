package weft.sink.tail;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import weft.schema.AccessLogEntry;

/** One watcher's queue. Thread-safe: the feed offers, the watcher's web thread takes. */
public final class TailClient {
    /** Enough for some seconds at the usual rate; a slower reader skips. */
    private static final int QUEUE_CAPACITY = 512;

    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final TailFilter filter;
    private final int maxRps;
    private final BlockingQueue<AccessLogEntry> queue = new ArrayBlockingQueue<>(QUEUE_CAPACITY);
    private final AtomicLong skipped = new AtomicLong();
    private long secondBegan;
    private int inThisSecond;

    /** @param maxRps entries a second; what is above is skipped and counted */
    public TailClient(TailFilter filter, int maxRps) {
        this.filter = filter;
        this.maxRps = maxRps;
    }

    /** Called by the feed alone. */
    void offer(AccessLogEntry entry, long nowNanos) {
        if (!filter.takes(entry)) {
            return;
        }
        if (nowNanos - secondBegan >= SECOND_NANOS) {
            secondBegan = nowNanos;
            inThisSecond = 0;
        }
        if (inThisSecond >= maxRps || !queue.offer(entry)) {
            skipped.incrementAndGet();
            return;
        }
        inThisSecond++;
    }

    /** The next entry, or null when there was none for so long. */
    public @Nullable AccessLogEntry poll(long millis) throws InterruptedException {
        return queue.poll(millis, TimeUnit.MILLISECONDS);
    }

    /** Entries that matched and were left out since the last call. */
    public long takeSkipped() {
        return skipped.getAndSet(0);
    }
}
