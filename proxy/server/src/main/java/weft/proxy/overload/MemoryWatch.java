package weft.proxy.overload;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at memory a few times a second, on a thread of its own, so that it goes on while event loops are busy. Thread-safe. */
public final class MemoryWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MemoryWatch.class);
    private static final long INTERVAL_MILLIS = 100;

    private final Overload overload;
    private final MemoryPressure pressure;
    private final double bound;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("memory-watch", true));
    private boolean isShort;

    private MemoryWatch(Overload overload, MemoryPressure pressure, double bound) {
        this.overload = overload;
        this.pressure = pressure;
        this.bound = bound;
    }

    /** Begins to look. */
    public static MemoryWatch start(Overload overload, MemoryPressure pressure, OverloadLimits limits) {
        MemoryWatch watch = new MemoryWatch(overload, pressure, limits.memoryShare());
        watch.thread.scheduleWithFixedDelay(watch::look, 0, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
        return watch;
    }

    private void look() {
        double used = pressure.used();
        overload.memory(used);
        if (used >= bound != isShort) {
            isShort = !isShort;
            if (isShort) {
                LOG.warn("memory is short, turning requests away used_percent={}", Math.round(used * 100));
            } else {
                LOG.info("memory suffices again used_percent={}", Math.round(used * 100));
            }
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
