package weft.sink;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreType;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.apache.kafka.streams.state.ReadOnlyWindowStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weft.log.MeshTopics;
import weft.log.SchemaIdAssigner;
import weft.log.SchemaIds;
import weft.log.SchemaLog;
import weft.log.TopicAdmin;
import weft.log.WireCodec;
import weft.log.WireException;
import weft.log.registry.SchemaRegistry;
import weft.schema.AccessLogEntry;
import weft.schema.MetricBatch;
import weft.schema.ProxyStatus;
import weft.schema.TrafficWindow;
import weft.sink.query.SinkStores;
import weft.sink.traffic.SinkCounters;
import weft.sink.traffic.TrafficTopology;

/** The running Kafka Streams application and the stores it keeps. Thread-safe. */
public final class Aggregator implements SinkStores, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Aggregator.class);
    private static final Duration KAFKA_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    /** How far behind the numbers are, and how much work a crash repeats. */
    private static final int COMMIT_MILLIS = 500;

    /** After a crash its partitions are taken over once it has been silent for this long: the brokers' usual minimum. */
    private static final int SESSION_MILLIS = 6_000;

    private final SinkSettings settings;
    private final WireCodec codec;
    /** Writes with ids once they are there; what is kept goes by {@link #codec}, which needs none. */
    private final WireCodec published = new WireCodec();

    private final KafkaStreams streams;
    private @Nullable SchemaIdAssigner ids;
    private final SinkCounters counters = new SinkCounters();

    /** Makes the application; it does nothing before {@link #start}. */
    public Aggregator(SinkSettings settings) {
        this.settings = settings;
        this.codec = WireCodec.withLocalSchemas();
        SchemaLog schemas = new SchemaLog(settings.kafka(), settings.topics(), codec, KAFKA_TIMEOUT)
                .asking(SchemaRegistry.of(settings.kafka()));
        Consumer<byte[]> learn = value -> {
            synchronized (schemas) {
                schemas.learn(value);
            }
        };
        this.streams = new KafkaStreams(
                new TrafficTopology(settings.topics(), codec, published, learn, settings.windows(), counters).build(),
                config());
        streams.setUncaughtExceptionHandler(error -> {
            LOG.error("aggregator thread failed and is replaced, error={}", error.toString(), error);
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        });
    }

    /**
     * Creates missing topics and tells the log the schemas of telemetry.
     *
     * @throws weft.log.KafkaUnreachableException when no broker answers
     * @throws weft.log.TopicMismatchException when a topic exists with other settings than it must have
     */
    public static void prepare(SinkSettings settings) {
        MeshTopics topics = new MeshTopics(settings.topics());
        new TopicAdmin(settings.kafka(), KAFKA_TIMEOUT)
                .ensure(List.of(
                        topics.proxies(), topics.accessLogs(), topics.metrics(), topics.traffic(), topics.schemas()));
        new SchemaLog(settings.kafka(), settings.topics(), WireCodec.withLocalSchemas(), KAFKA_TIMEOUT)
                .publish(List.of(
                        AccessLogEntry.getClassSchema(), MetricBatch.getClassSchema(), TrafficWindow.getClassSchema()));
    }

    private Properties config() {
        Map<String, Object> config = new HashMap<>(settings.kafka());
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, settings.applicationId());
        config.put(StreamsConfig.STATE_DIR_CONFIG, settings.stateDir().toString());
        config.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, settings.threads());
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, COMMIT_MILLIS);
        // The combiner is the cache; another one in front of the stores would only delay queries.
        config.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0L);
        config.put(StreamsConfig.ENABLE_METRICS_PUSH_CONFIG, false);
        config.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        config.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), SESSION_MILLIS);
        config.put(StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), SESSION_MILLIS / 3);
        config.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 5_000);
        config.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG), 4 << 20);
        config.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        Properties out = new Properties();
        out.putAll(config);
        return out;
    }

    public void start() {
        ids = SchemaIdAssigner.start(
                settings.kafka(), settings.topics(), published, SchemaIds.ofAggregators(settings.topics()));
        streams.start();
    }

    /** Whether every store is restored and being fed. */
    public boolean isReady() {
        return streams.state() == KafkaStreams.State.RUNNING;
    }

    /** Kafka Streams' own word for what it is doing, as REBALANCING. */
    public String state() {
        return streams.state().name();
    }

    public SinkCounters counters() {
        return counters;
    }

    @Override
    public void windows(long from, long to, Consumer<TrafficWindow> each) {
        ReadOnlyWindowStore<String, byte[]> store =
                store(TrafficTopology.WINDOWS, QueryableStoreTypes.<String, byte[]>windowStore());
        long first = settings.windows().windowStart(Math.max(0, from));
        long last = Math.max(0, to - 1);
        try (KeyValueIterator<Windowed<String>, byte[]> all =
                store.fetchAll(Instant.ofEpochMilli(first), Instant.ofEpochMilli(last))) {
            while (all.hasNext()) {
                decode(all.next().value, TrafficWindow.class, each);
            }
        } catch (InvalidStateStoreException e) {
            throw notReady(e);
        }
    }

    @Override
    public void totals(Consumer<TrafficWindow> each) {
        values(TrafficTopology.TOTALS, TrafficWindow.class, each);
    }

    @Override
    public void runs(Consumer<MetricBatch> each) {
        values(TrafficTopology.RUNS, MetricBatch.class, each);
    }

    @Override
    public void proxies(Consumer<ProxyStatus> each) {
        values(TrafficTopology.STATUSES, ProxyStatus.class, each);
    }

    private <T extends SpecificRecord> void values(String name, Class<T> type, Consumer<T> each) {
        ReadOnlyKeyValueStore<String, byte[]> store = store(name, QueryableStoreTypes.<String, byte[]>keyValueStore());
        try (KeyValueIterator<String, byte[]> all = store.all()) {
            while (all.hasNext()) {
                KeyValue<String, byte[]> row = all.next();
                decode(row.value, type, each);
            }
        } catch (InvalidStateStoreException e) {
            throw notReady(e);
        }
    }

    private <T extends SpecificRecord> void decode(byte[] value, Class<T> type, Consumer<T> each) {
        try {
            each.accept(codec.decode(value, type));
        } catch (WireException e) {
            // Only proxy statuses are kept unread; one of a newer release is left out of the answer.
            LOG.debug("record left out, type={} error={}", type.getSimpleName(), e.getMessage());
        }
    }

    private <T> T store(String name, QueryableStoreType<T> type) {
        try {
            return streams.store(StoreQueryParameters.fromNameAndType(name, type));
        } catch (InvalidStateStoreException | IllegalStateException e) {
            throw notReady(e);
        }
    }

    private NotReadyException notReady(RuntimeException cause) {
        return new NotReadyException("the aggregator is " + state() + ": try again", cause);
    }

    @Override
    public void close() {
        if (ids != null) {
            ids.close();
        }
        streams.close(CLOSE_TIMEOUT);
    }
}
