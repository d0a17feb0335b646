package weft.proxy.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weft.log.SchemaIdAssigner;
import weft.log.SchemaIds;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.routing.snapshot.ProxyIdentity;

/**
 * A proxy's telemetry: one queue in front, one thread behind it, metrics beside it. Thread-safe.
 *
 * <pre>
 * Telemetry telemetry = Telemetry.start(identity, bootId, kafkaProperties, topics);
 * AccessLog log = telemetry.accessLog();       // event loops
 * String text = telemetry.prometheusText();    // /stats/prometheus
 * telemetry.close(Duration.ofSeconds(5));      // after the last connection has ended
 * </pre>
 */
public final class Telemetry implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Telemetry.class);
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final AccessLogQueue queue;
    private final Metrics metrics;
    private final TelemetryAgent agent;
    private final @Nullable SchemaIdAssigner ids;
    private final Thread thread;
    private volatile boolean isClosing;
    private volatile Duration closeTimeout = CLOSE_TIMEOUT;

    private Telemetry(AccessLogQueue queue, Metrics metrics, TelemetryAgent agent, @Nullable SchemaIdAssigner ids) {
        this.queue = queue;
        this.ids = ids;
        this.metrics = metrics;
        this.agent = agent;
        this.thread = new Thread(this::run, "telemetry");
        this.thread.setDaemon(true);
    }

    /**
     * Starts the telemetry thread. Kafka need not be there: nothing here waits for it.
     *
     * @param bootId minted at each start of the process
     * @param kafka client properties: bootstrap.servers, whatever security needs, and a schema registry's, when there is
     *     one
     * @throws IllegalArgumentException when the registry's properties are wrong
     */
    public static Telemetry start(ProxyIdentity identity, String bootId, Map<String, ?> kafka, TopicNames topics) {
        Map<String, Object> config = producerConfig(identity.id(), kafka);
        WireCodec codec = new WireCodec();
        SchemaIdAssigner ids = SchemaIdAssigner.start(Map.copyOf(kafka), topics, codec, SchemaIds.ofProxies(topics));
        return start(
                identity,
                bootId,
                () -> new KafkaProducer<>(config),
                topics,
                AccessLogQueue.DEFAULT_CAPACITY,
                codec,
                ids);
    }

    static Telemetry start(
            ProxyIdentity identity,
            String bootId,
            Supplier<Producer<byte[], byte[]>> producers,
            TopicNames topics,
            int queueCapacity) {
        return start(identity, bootId, producers, topics, queueCapacity, new WireCodec(), null);
    }

    private static Telemetry start(
            ProxyIdentity identity,
            String bootId,
            Supplier<Producer<byte[], byte[]>> producers,
            TopicNames topics,
            int queueCapacity,
            WireCodec codec,
            @Nullable SchemaIdAssigner ids) {
        AccessLogQueue queue = new AccessLogQueue(queueCapacity);
        RequestMetrics requests = new RequestMetrics(identity);
        Metrics metrics = new Metrics(requests);
        AccessLogShipper shipper = new AccessLogShipper(producers, topics.accessLogs(), System::nanoTime);
        metrics.add(out -> {
            out.counter(
                    "weft_access_log_dropped_total",
                    "Access log entries dropped for want of room or by a failed send.",
                    Map.of(),
                    queue.dropped() + shipper.dropped());
            out.counter("weft_access_log_sent_total", "Entries that Kafka has.", Map.of(), shipper.sent());
            out.counter(
                    "weft_metric_series_overflow_total",
                    "Requests counted under \"other\" because there were too many label sets.",
                    Map.of(),
                    requests.overflowed());
            if (ids != null) {
                out.gauge(
                        "weft_telemetry_schemas_without_id",
                        "Schemas of telemetry that the schema registry has given no id yet.",
                        Map.of(),
                        ids.missing());
            }
        });
        TelemetryAgent agent = new TelemetryAgent(
                new TelemetryAgent.Parts(
                        queue,
                        new Destination.Resolver(identity),
                        new AccessLogEncoder(identity, codec),
                        shipper,
                        requests,
                        new MetricBatches(identity.id(), bootId, requests, metrics),
                        codec),
                topics,
                identity.id().getBytes(StandardCharsets.UTF_8),
                System::nanoTime,
                InstantSource.system());
        Telemetry telemetry = new Telemetry(queue, metrics, agent, ids);
        telemetry.thread.start();
        return telemetry;
    }

    /**
     * How telemetry writes to Kafka: large compressed batches, no blocking, and every record stored once or reported as
     * failed. Without idempotence a lost acknowledgement would store a batch twice, and with acks=1 a leader's death would
     * lose acknowledged ones: either way requests would no longer equal entries plus drops.
     */
    static Map<String, Object> producerConfig(String proxyId, Map<String, ?> kafka) {
        Map<String, Object> config = new HashMap<>();
        config.put(ProducerConfig.CLIENT_ID_CONFIG, "weft-telemetry-" + proxyId);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 20);
        config.put(ProducerConfig.BATCH_SIZE_CONFIG, 131_072);
        config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 33_554_432L);
        config.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 120_000);
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
        config.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 5_000L);
        // A batch of all series of a busy gateway, before compression.
        config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 16_777_216);
        // An idle proxy must not forget its topics: the next request's entry would have to wait for them again.
        config.put(ProducerConfig.METADATA_MAX_IDLE_CONFIG, TimeUnit.DAYS.toMillis(7));
        config.put("enable.metrics.push", false);
        config.putAll(kafka);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 0L);
        config.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        config.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        return config;
    }

    private void run() {
        while (!isClosing) {
            try {
                if (agent.doWork() == 0) {
                    LockSupport.parkNanos(IDLE_NANOS);
                }
            } catch (RuntimeException e) {
                // Losing one turn is better than losing telemetry for good.
                LOG.error("telemetry turn failed, error={}", e.toString(), e);
                LockSupport.parkNanos(IDLE_NANOS);
            }
        }
        agent.close(closeTimeout);
    }

    /** Where event loops tell each finished request. */
    public AccessLog accessLog() {
        return queue;
    }

    /** For meters that belong into the text only; names are given as they shall appear. */
    public MeterRegistry meters() {
        return metrics.registry();
    }

    /** Adds what another part counts and measures; it goes into the text and into each metric batch. */
    public void register(MetricSource source) {
        metrics.add(source);
    }

    /** All metrics in the text format that Prometheus reads. */
    public String prometheusText() {
        return metrics.scrape();
    }

    /** Closes within five seconds. */
    @Override
    public void close() {
        close(CLOSE_TIMEOUT);
    }

    /** Ships what is queued and the last metric batch, for at most this long. Call it when no more requests end. */
    public void close(Duration timeout) {
        closeTimeout = timeout;
        isClosing = true;
        if (ids != null) {
            ids.close();
        }
        LockSupport.unpark(thread);
        boolean isInterrupted = false;
        long deadline = System.nanoTime() + timeout.toNanos() + CLOSE_TIMEOUT.toNanos();
        while (thread.isAlive() && System.nanoTime() < deadline) {
            try {
                thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
