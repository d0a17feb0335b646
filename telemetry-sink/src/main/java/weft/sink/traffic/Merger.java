package weft.sink.traffic;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.WindowStore;
import org.jspecify.annotations.Nullable;
import weft.log.WireCodec;
import weft.log.WireException;
import weft.schema.TrafficWindow;

/**
 * Adds partial windows to the window store and to each key's total since ever, and forwards the window as it now stands.
 * Confined to one Streams thread; the stores are read by query threads.
 */
final class Merger implements Processor<String, byte[], String, byte[]> {
    /** Keys with a total of their own in one partition; new ones beyond it count under "other". */
    static final int MAX_KEYS = 20_000;

    private final WireCodec codec;
    private final TrafficTopology.Settings settings;
    private final SinkCounters counters;
    private @Nullable ProcessorContext<String, byte[]> context;
    private @Nullable WindowStore<String, byte[]> windows;
    private @Nullable KeyValueStore<String, byte[]> totals;
    /** Start of the newest window: the store forgets what lies its retention before. */
    private long newestWindow;

    private int keys;

    Merger(WireCodec codec, TrafficTopology.Settings settings, SinkCounters counters) {
        this.codec = codec;
        this.settings = settings;
        this.counters = counters;
    }

    @Override
    public void init(ProcessorContext<String, byte[]> owner) {
        context = owner;
        windows = owner.getStateStore(TrafficTopology.WINDOWS);
        KeyValueStore<String, byte[]> restored = owner.getStateStore(TrafficTopology.TOTALS);
        totals = restored;
        newestWindow = Long.MIN_VALUE;
        keys = 0;
        try (KeyValueIterator<String, byte[]> all = restored.all()) {
            while (all.hasNext()) {
                KeyValue<String, byte[]> row = all.next();
                newestWindow = Math.max(newestWindow, decode(row.value).getWindowEnd() - settings.windowMillis());
                keys++;
            }
        }
    }

    @Override
    public void process(Record<String, byte[]> record) {
        ProcessorContext<String, byte[]> to = Objects.requireNonNull(context);
        WindowStore<String, byte[]> windowStore = Objects.requireNonNull(windows);
        KeyValueStore<String, byte[]> totalStore = Objects.requireNonNull(totals);
        TrafficWindow partial = decode(record.value());
        TrafficKey key = TrafficKey.of(partial);
        String keyText = record.key();
        byte[] total = totalStore.get(keyText);
        if (total == null && keys >= MAX_KEYS) {
            counters.overflowed.add(partial.getRequests());
            key = key.overflow();
            keyText = key.text();
            total = totalStore.get(keyText);
        }
        keys += total == null ? 1 : 0;

        long start = keptWindow(partial);
        newestWindow = Math.max(newestWindow, start);
        byte[] merged = sum(key, windowStore.fetch(keyText, start), partial, start, start + settings.windowMillis());
        windowStore.put(keyText, merged, start);
        totalStore.put(keyText, addToTotal(key, total, partial, start));
        to.forward(new Record<>(TrafficKey.recordKey(keyText, start), merged, record.timestamp()));
    }

    /** The partial's own window, or the oldest that the store still takes. */
    private long keptWindow(TrafficWindow partial) {
        long start = partial.getWindowStart();
        if (newestWindow == Long.MIN_VALUE) {
            return start;
        }
        long oldest = settings.windowStart(newestWindow - settings.retentionMillis()) + 2 * settings.windowMillis();
        if (start >= oldest) {
            return start;
        }
        counters.moved.add(partial.getRequests());
        return oldest;
    }

    private byte[] addToTotal(TrafficKey key, byte @Nullable [] total, TrafficWindow partial, long start) {
        long end = start + settings.windowMillis();
        if (total == null) {
            return sum(key, null, partial, start, end);
        }
        TrafficWindow before = decode(total);
        return sum(key, total, partial, Math.min(before.getWindowStart(), start), Math.max(before.getWindowEnd(), end));
    }

    private byte[] sum(TrafficKey key, byte @Nullable [] before, TrafficWindow partial, long start, long end) {
        TrafficTotals sum = new TrafficTotals();
        if (before != null) {
            sum.add(decode(before));
        }
        sum.add(partial);
        return codec.encode(sum.toWindow(key, start, end));
    }

    /** Only this aggregator writes these records; one it cannot read must stop it rather than be miscounted. */
    private TrafficWindow decode(byte[] value) {
        try {
            return codec.decode(value, TrafficWindow.class);
        } catch (WireException e) {
            throw new UncheckedIOException(new IOException("own state cannot be read: " + e.getMessage(), e));
        }
    }
}
