package weft.proxy.control;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weft.log.DenialNotice;
import weft.log.KafkaClients;
import weft.log.KafkaUnreachableException;
import weft.log.RecordDecoder;
import weft.log.SchemaLog;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.log.WireException;
import weft.proxy.ratelimit.GlobalLimits;
import weft.proxy.ratelimit.QuotaMember;
import weft.proxy.telemetry.MetricSource;
import weft.schema.QuotaReport;

/**
 * Shares limits with the other proxies by way of the quota topic. Thread-safe; owns the thread "quota", which no request waits
 * for, and which opens nothing as long as there is no limit to share.
 */
public final class QuotaExchange implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(QuotaExchange.class);

    /** How often this proxy says what it is asked for. */
    private static final long REPORT_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration TIMEOUT = Duration.ofSeconds(4);
    /** After a failure of Kafka. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /** After a denial: it is seldom taken back soon, and each attempt logs in anew. */
    private static final long DENIED_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** How far back reports are read at first: longer than any lease. */
    private static final long LOOK_BACK_MILLIS = 15_000;

    private static final int UNKNOWN = 0;
    private static final int CONNECTED = 1;
    private static final int AWAY = 2;

    private final Map<String, Object> kafka;
    private final TopicNames names;
    private final WireCodec codec = WireCodec.withLocalSchemas();
    private final RecordDecoder decoder;
    private final GlobalLimits limits;
    private final InstantSource wallClock;
    private final String proxyId;
    private final String bootId;
    private final QuotaMemory memory;
    private final Thread thread = new Thread(this::run, "quota");
    private @Nullable KafkaProducer<byte[], byte[]> producer;
    private @Nullable KafkaConsumer<byte[], byte[]> consumer;
    private boolean isSchemaPublished;
    private long reportedNanos;
    private final DenialNotice denials;
    private long resumeNanos = System.nanoTime();

    /* Written by the thread "quota", read by whoever collects metrics. */
    private volatile int state = UNKNOWN;
    private volatile boolean isClosing;

    /** @param directory where it is kept how many shared in each limit */
    public QuotaExchange(
            Map<String, Object> kafka,
            TopicNames names,
            String proxyId,
            String bootId,
            GlobalLimits limits,
            Path directory,
            InstantSource wallClock) {
        this.kafka = Map.copyOf(kafka);
        this.denials = new DenialNotice(LOG, "share limits", kafka);
        this.names = names;
        this.decoder = new RecordDecoder(codec, new SchemaLog(kafka, names, codec, TIMEOUT));
        this.proxyId = proxyId;
        this.bootId = bootId;
        this.limits = limits;
        this.memory = new QuotaMemory(directory, wallClock);
        this.wallClock = wallClock;
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    /** Whether shares are what the log says; else they are equal, or what they were. */
    public MetricSource metrics() {
        return out -> {
            if (!limits.isEmpty()) {
                out.gauge(
                        "weft_quota_connected",
                        "1 while shares of global limits come from the log, 0 while they are fallen back on.",
                        Map.of(),
                        state == CONNECTED ? 1 : 0);
            }
        };
    }

    private void run() {
        QuotaMember member = null;
        try {
            while (!isClosing) {
                if (limits.isEmpty()) {
                    member = null;
                    closeClients();
                    Thread.sleep(POLL.toMillis());
                    continue;
                }
                if (member == null) {
                    member = new QuotaMember(proxyId, bootId, System.nanoTime(), memory.load());
                }
                exchange(member);
            }
            if (member != null && producer != null) {
                send(member.report(Map.of(), true, System.nanoTime()));
                producer.flush();
            }
        } catch (InterruptedException | InterruptException e) {
            LOG.debug("quota interrupted");
        } finally {
            closeClients();
        }
    }

    /** One round; Kafka's failures end it early, and shares are set all the same. */
    private void exchange(QuotaMember member) throws InterruptedException {
        if (resumeNanos - System.nanoTime() > 0) {
            Thread.sleep(POLL.toMillis());
        } else {
            readAndReport(member);
        }
        long now = System.nanoTime();
        limits.apply(member, now);
        if (member.isStale(now)) {
            state(AWAY);
        } else if (member.hasJoined()) {
            state(CONNECTED);
            memory.note(limits.members(member));
        }
    }

    private void readAndReport(QuotaMember member) {
        try {
            KafkaConsumer<byte[], byte[]> reader = consumer != null ? consumer : open();
            for (ConsumerRecord<byte[], byte[]> each : reader.poll(POLL)) {
                read(each, member);
            }
            long now = System.nanoTime();
            if (now - reportedNanos >= REPORT_NANOS) {
                reportedNanos = now;
                send(member.report(limits.demands(member, now), false, now));
            }
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException | KafkaUnreachableException e) {
            LOG.debug("quota topic away topic={} error={}", names.quota(), e.toString());
            closeClients();
            resumeNanos = System.nanoTime() + (denials.failed(e) ? DENIED_PAUSE_NANOS : PAUSE_NANOS);
        }
    }

    private void state(int next) {
        if (next != state) {
            state = next;
            if (next == AWAY) {
                LOG.warn("quota topic away: limits fall back to equal shares topic={}", names.quota());
            } else {
                LOG.info("sharing limits topic={}", names.quota());
            }
        }
    }

    private KafkaConsumer<byte[], byte[]> open() {
        Map<String, Object> config = KafkaClients.with(
                kafka,
                Map.of(
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "latest",
                        ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                        (int) TIMEOUT.toMillis(),
                        ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        (int) TIMEOUT.toMillis(),
                        ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                        (int) POLL.toMillis(),
                        ConsumerConfig.ENABLE_METRICS_PUSH_CONFIG,
                        false));
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
        KafkaConsumer<byte[], byte[]> opened =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer = opened;
        TopicPartition partition = new TopicPartition(names.quota(), 0);
        opened.assign(List.of(partition));
        long since = wallClock.millis() - LOOK_BACK_MILLIS;
        OffsetAndTimestamp from =
                opened.offsetsForTimes(Map.of(partition, since), TIMEOUT).get(partition);
        if (from == null) {
            opened.seekToEnd(List.of(partition));
        } else {
            opened.seek(partition, from.offset());
        }
        return opened;
    }

    private void read(ConsumerRecord<byte[], byte[]> record, QuotaMember member) {
        if (record.value() == null) {
            return;
        }
        try {
            member.read(decoder.decode(record.value(), QuotaReport.class), record.timestamp());
        } catch (WireException e) {
            LOG.debug("quota report ignored offset={} error={}", record.offset(), e.getMessage());
        }
    }

    private void send(QuotaReport report) {
        KafkaProducer<byte[], byte[]> current = producer;
        if (current == null) {
            current = new KafkaProducer<>(
                    KafkaClients.with(
                            kafka,
                            Map.of(
                                    ProducerConfig.ACKS_CONFIG,
                                    "1",
                                    ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                                    false,
                                    ProducerConfig.LINGER_MS_CONFIG,
                                    0,
                                    // A report that does not go out at once is not worth anything: the next one is
                                    // newer.
                                    ProducerConfig.MAX_BLOCK_MS_CONFIG,
                                    POLL.toMillis(),
                                    ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                                    1_000,
                                    ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                                    1_000,
                                    ProducerConfig.BUFFER_MEMORY_CONFIG,
                                    1L << 20,
                                    ProducerConfig.ENABLE_METRICS_PUSH_CONFIG,
                                    false)),
                    new ByteArraySerializer(),
                    new ByteArraySerializer());
            producer = current;
        }
        if (!isSchemaPublished) {
            new SchemaLog(kafka, names, codec, TIMEOUT).publish(List.of(QuotaReport.getClassSchema()));
            isSchemaPublished = true;
        }
        byte[] key = proxyId.getBytes(StandardCharsets.UTF_8);
        current.send(new ProducerRecord<>(names.quota(), 0, key, codec.encode(report)), (sent, error) -> {
            if (error != null) {
                denials.failed(error);
            } else {
                denials.succeeded();
            }
        });
    }

    private void closeClients() {
        if (producer != null) {
            producer.close(Duration.ZERO);
            producer = null;
        }
        if (consumer != null) {
            KafkaClients.close(consumer);
            consumer = null;
        }
    }

    /** Says goodbye, if Kafka listens, and ends the thread. */
    @Override
    public void close() throws InterruptedException {
        isClosing = true;
        thread.join(1_000);
        if (thread.isAlive()) {
            thread.interrupt();
            thread.join();
        }
    }
}
