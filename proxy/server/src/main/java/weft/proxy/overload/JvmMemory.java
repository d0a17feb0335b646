package weft.proxy.overload;

import com.sun.management.GarbageCollectorMXBean;
import com.sun.management.GcInfo;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The memory of this process: what the last collection left on the heap, and what Netty has outside it. Confined to the thread
 * that asks.
 *
 * <p>A heap that is full of garbage is not full: only a collection tells. When the proxy turns requests away nothing may call
 * for the next one, so one is asked for when none has come for a while.
 */
public final class JvmMemory implements MemoryPressure {
    /** A heap this full without a collection for {@link #PATIENCE_NANOS} gets one. */
    private static final double WORTH_COLLECTING = 0.9;

    private static final long PATIENCE_NANOS = 10_000_000_000L;

    private final MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    private final List<GarbageCollectorMXBean> collectors =
            ManagementFactory.getPlatformMXBeans(GarbageCollectorMXBean.class);
    private final Set<String> heapPools = new HashSet<>();
    private final LongSupplier nanoClock;
    private long collections;
    private long collectedNanos;

    public JvmMemory(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.collectedNanos = nanoClock.getAsLong();
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            if (pool.getType() == MemoryType.HEAP) {
                heapPools.add(pool.getName());
            }
        }
    }

    @Override
    public double used() {
        return Math.max(heap(), direct());
    }

    private double heap() {
        long max = memory.getHeapMemoryUsage().getMax();
        if (max <= 0) {
            return 0;
        }
        double now = (double) memory.getHeapMemoryUsage().getUsed() / max;
        GcInfo last = lastCollection();
        double kept = last == null ? 0 : (double) keptBy(last) / max;
        if (Math.min(now, kept) >= WORTH_COLLECTING && nanoClock.getAsLong() - collectedNanos > PATIENCE_NANOS) {
            System.gc();
        }
        return Math.min(now, kept);
    }

    private @Nullable GcInfo lastCollection() {
        GcInfo last = null;
        long count = 0;
        for (GarbageCollectorMXBean collector : collectors) {
            GcInfo info = collector.getLastGcInfo();
            count += collector.getCollectionCount();
            if (info != null && (last == null || info.getEndTime() > last.getEndTime())) {
                last = info;
            }
        }
        if (count != collections) {
            collections = count;
            collectedNanos = nanoClock.getAsLong();
        }
        return last;
    }

    private long keptBy(GcInfo collection) {
        long kept = 0;
        for (var pool : collection.getMemoryUsageAfterGc().entrySet()) {
            kept += heapPools.contains(pool.getKey()) ? pool.getValue().getUsed() : 0;
        }
        return kept;
    }

    /** Netty's count, that all buffers of connections are in; below 0 when it does not count. */
    private static double direct() {
        long used = PlatformDependent.usedDirectMemory();
        long max = PlatformDependent.maxDirectMemory();
        return used <= 0 || max <= 0 ? 0 : (double) used / max;
    }
}
