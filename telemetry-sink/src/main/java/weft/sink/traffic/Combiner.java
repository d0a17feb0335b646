package weft.sink.traffic;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import weft.log.WireCodec;
import weft.log.WireException;

/**
 * Folds access log entries into partial windows in memory and forwards one record per key and window before each commit.
 * Confined to one Streams thread.
 *
 * <p>So the repartition topic and the stores see keys, not requests. An entry belongs to the window in which its request
 * ended, by the proxy's clock; when that is implausible against the record's timestamp (the broker's clock) it counts in
 * the window of its arrival instead. Nothing that can be decoded is left out.
 */
final class Combiner implements Processor<byte[], byte[], String, byte[]> {
    /** Keys held between two commits; more are counted under "other", so that memory stays bounded. */
    static final int MAX_KEYS = 8192;

    /** How far ahead of the broker's clock a proxy's may be. */
    static final long MAX_AHEAD_MILLIS = 10_000;

    private final WireCodec codec;
    private final TrafficTopology.Settings settings;
    private final SinkCounters counters;
    private final String hookName;
    private final EntryReader reader;
    private final Map<TrafficKey, Map<Long, TrafficTotals>> partials = new HashMap<>();
    private long arrivalMillis;

    Combiner(
            WireCodec codec,
            Consumer<byte[]> learn,
            TrafficTopology.Settings settings,
            SinkCounters counters,
            String hookName) {
        this.codec = codec;
        this.settings = settings;
        this.counters = counters;
        this.hookName = hookName;
        this.reader = new EntryReader(codec, learn);
    }

    @Override
    public void init(ProcessorContext<String, byte[]> owner) {
        // A task that starts over reads its uncommitted records again.
        partials.clear();
        CommitHook.beforeEachCommit(owner, hookName, () -> forwardTo(owner));
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        EntryFields entry;
        try {
            if (record.value() == null) {
                throw new WireException(WireException.Code.BAD_FRAME, "value is null");
            }
            entry = reader.read(record.value());
        } catch (WireException e) {
            counters.undecodable.increment();
            return;
        }
        counters.entries.increment();
        arrivalMillis = Math.max(arrivalMillis, record.timestamp());
        long window = settings.windowStart(timeOf(entry, record.timestamp()));
        totalsOf(entry.key()).computeIfAbsent(window, w -> new TrafficTotals()).add(entry);
    }

    private long timeOf(EntryFields entry, long arrival) {
        long ended = entry.endMillis();
        if (ended < arrival - settings.maxLateMillis() || ended > arrival + MAX_AHEAD_MILLIS) {
            counters.late.increment();
            return arrival;
        }
        return ended;
    }

    private Map<Long, TrafficTotals> totalsOf(TrafficKey key) {
        Map<Long, TrafficTotals> windows = partials.get(key);
        if (windows != null) {
            return windows;
        }
        if (partials.size() < MAX_KEYS) {
            return partials.computeIfAbsent(key, k -> new HashMap<>(4));
        }
        counters.overflowed.increment();
        return partials.computeIfAbsent(key.overflow(), k -> new HashMap<>(4));
    }

    private void forwardTo(ProcessorContext<String, byte[]> owner) {
        partials.forEach((key, windows) -> {
            String keyText = key.text();
            windows.forEach((start, totals) -> owner.forward(new Record<>(
                    keyText,
                    codec.encode(totals.toWindow(key, start, start + settings.windowMillis())),
                    arrivalMillis)));
        });
        partials.clear();
    }

    @Override
    public void close() {
        // Called before the last commit of a task that moves away: what is held leaves with that commit.
    }
}
