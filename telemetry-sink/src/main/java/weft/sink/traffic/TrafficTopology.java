package weft.sink.traffic;

import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowBytesStoreSupplier;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.schema.TrafficWindow;

/**
 * The aggregator as Kafka Streams runs it. Immutable.
 *
 * <pre>
 * access-logs ─> Combiner ─> repartition by key ─> Merger ─> traffic
 *                                                  ├─ windows (store)
 *                                                  └─ totals (store)
 * metrics ─> MetricBatches ─ runs (store)
 * proxies ─> statuses (global store)
 * </pre>
 */
public final class TrafficTopology {
    public static final String WINDOWS = "windows";
    public static final String TOTALS = "totals";
    public static final String RUNS = "metric-runs";
    public static final String STATUSES = "proxy-statuses";
    private static final String HOOK = "combiner-hook";

    /** As many as the traffic topic has: the merger is never the narrow place. */
    private static final int PARTITIONS = 4;

    /**
     * How traffic is windowed. Immutable.
     *
     * @param windowMillis length of a window
     * @param retentionMillis how long windows can be asked for
     * @param onDisk whether windows live in RocksDB rather than in memory
     */
    public record Settings(long windowMillis, long retentionMillis, boolean onDisk) {
        /** A request told later than this counts when it arrives; a broker's failover takes well under it. */
        private static final long MAX_LATE_MILLIS = 300_000;

        public Settings {
            if (windowMillis < 1 || retentionMillis < 4 * windowMillis) {
                throw new IllegalArgumentException("window: " + windowMillis + " ms, retention: " + retentionMillis
                        + " ms (expected: a retention of at least four windows)");
            }
        }

        /** Start of the window that this moment lies in. */
        public long windowStart(long millis) {
            return Math.floorDiv(millis, windowMillis) * windowMillis;
        }

        long maxLateMillis() {
            return Math.min(MAX_LATE_MILLIS, retentionMillis / 2);
        }
    }

    private final TopicNames topics;
    private final WireCodec codec;
    private final WireCodec published;
    private final Consumer<byte[]> learn;
    private final Settings settings;
    private final SinkCounters counters;

    /**
     * @param codec of what is read and kept
     * @param published how windows on the traffic topic begin
     * @param learn teaches the codec the schema that a value names, when it can
     */
    public TrafficTopology(
            TopicNames topics,
            WireCodec codec,
            WireCodec published,
            Consumer<byte[]> learn,
            Settings settings,
            SinkCounters counters) {
        this.topics = topics;
        this.codec = codec;
        this.published = published;
        this.learn = learn;
        this.settings = settings;
        this.counters = counters;
    }

    public Topology build() {
        Serde<byte[]> bytes = Serdes.ByteArray();
        Serde<String> text = Serdes.String();
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream(topics.accessLogs(), Consumed.with(bytes, bytes))
                .process(with(
                        Set.of(CommitHook.builder(HOOK)), () -> new Combiner(codec, learn, settings, counters, HOOK)))
                .repartition(
                        Repartitioned.with(text, bytes).withName("partials").withNumberOfPartitions(PARTITIONS))
                .process(with(Set.of(windows(), totals()), () -> new Merger(codec, settings, counters)))
                .mapValues(window -> published.reframed(window, TrafficWindow.getClassSchema()))
                .to(topics.traffic(), Produced.with(text, bytes));
        builder.stream(topics.metrics(), Consumed.with(bytes, bytes))
                .process(with(Set.of(keyed(RUNS)), () -> new MetricBatches(codec, learn, RUNS, counters)));
        builder.globalTable(
                topics.proxies(),
                Consumed.with(text, bytes),
                Materialized.<String, byte[]>as(Stores.inMemoryKeyValueStore(STATUSES))
                        .withKeySerde(text)
                        .withValueSerde(bytes));
        return builder.build();
    }

    private StoreBuilder<?> windows() {
        Duration retention = Duration.ofMillis(settings.retentionMillis());
        Duration window = Duration.ofMillis(settings.windowMillis());
        WindowBytesStoreSupplier supplier = settings.onDisk()
                ? Stores.persistentWindowStore(WINDOWS, retention, window, false)
                : Stores.inMemoryWindowStore(WINDOWS, retention, window, false);
        return Stores.windowStoreBuilder(supplier, Serdes.String(), Serdes.ByteArray());
    }

    private StoreBuilder<?> totals() {
        return keyed(TOTALS);
    }

    private StoreBuilder<KeyValueStore<String, byte[]>> keyed(String name) {
        KeyValueBytesStoreSupplier supplier =
                settings.onDisk() ? Stores.persistentKeyValueStore(name) : Stores.inMemoryKeyValueStore(name);
        return Stores.keyValueStoreBuilder(supplier, Serdes.String(), Serdes.ByteArray());
    }

    private static <K, V, K2, V2> ProcessorSupplier<K, V, K2, V2> with(
            Set<StoreBuilder<?>> stores, Supplier<Processor<K, V, K2, V2>> make) {
        return new ProcessorSupplier<>() {
            @Override
            public Processor<K, V, K2, V2> get() {
                return make.get();
            }

            @Override
            public Set<StoreBuilder<?>> stores() {
                return stores;
            }
        };
    }
}
