package weft.proxy.control;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weft.log.DenialNotice;
import weft.log.KafkaClients;
import weft.log.KafkaUnreachableException;
import weft.log.SchemaLog;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.routing.snapshot.ProxyIdentity;
import weft.schema.ProxyStatus;
import weft.schema.Rejection;
import weft.schema.Verdict;

/**
 * Tells the mesh what this proxy serves. Thread-safe; {@link #report} only leaves a note for a thread of its own, so that
 * nobody waits for Kafka.
 */
final class ProxyStatusReporter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyStatusReporter.class);

    /** A proxy that is silent for three signs of life is gone. */
    static final long LEASE_MILLIS = 30_000;

    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(4);
    /** How long a stopping proxy waits to say goodbye. */
    private static final Duration GOODBYE = Duration.ofSeconds(1);

    private final Map<String, Object> kafka;
    private final TopicNames names;
    private final ProxyIdentity identity;
    private final ProxyInstance instance;
    private final WireCodec codec;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ReportSchedule schedule = new ReportSchedule(System.nanoTime());
    private final Thread thread = new Thread(this::run, "proxy-status");
    private final DenialNotice denials;
    private ControlState state = ControlState.STARTING;
    private boolean leaving;
    private boolean schemaPublished;
    private @Nullable KafkaProducer<byte[], byte[]> producer;

    ProxyStatusReporter(
            Map<String, Object> kafka,
            TopicNames names,
            ProxyIdentity identity,
            ProxyInstance instance,
            WireCodec codec,
            InstantSource clock) {
        this.kafka = KafkaClients.with(
                kafka,
                Map.of(
                        ProducerConfig.ACKS_CONFIG,
                        "1",
                        ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                        false,
                        ProducerConfig.LINGER_MS_CONFIG,
                        0,
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        SEND_TIMEOUT.toMillis(),
                        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        (int) SEND_TIMEOUT.toMillis(),
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        (int) SEND_TIMEOUT.toMillis(),
                        ProducerConfig.BUFFER_MEMORY_CONFIG,
                        4L << 20,
                        ProducerConfig.ENABLE_METRICS_PUSH_CONFIG,
                        false));
        this.denials = new DenialNotice(LOG, "report status", kafka);
        this.names = names;
        this.identity = identity;
        this.instance = instance;
        this.codec = codec;
        this.clock = clock;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** What this proxy serves from now on; goes out soon, or whenever Kafka is back. */
    void report(ControlState next) {
        lock.lock();
        try {
            state = next;
            schedule.changed(System.nanoTime());
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            boolean last = false;
            while (!last) {
                ProxyStatus next;
                lock.lock();
                try {
                    long remaining = schedule.remainingNanos(System.nanoTime());
                    while (remaining > 0 && !leaving) {
                        changed.awaitNanos(remaining);
                        remaining = schedule.remainingNanos(System.nanoTime());
                    }
                    last = leaving;
                    schedule.sending(System.nanoTime());
                    next = status(last ? state.with(Verdict.LEFT, "") : state);
                } finally {
                    lock.unlock();
                }
                send(next);
            }
        } catch (InterruptedException | InterruptException e) {
            LOG.debug("interrupted while saying goodbye");
        } finally {
            KafkaProducer<byte[], byte[]> current = producer;
            if (current != null) {
                boolean cutOff = Thread.interrupted(); // else closing would be cut off as well
                LOG.debug("stopping interrupted={}", cutOff);
                current.close(Duration.ZERO);
            }
        }
    }

    private void send(ProxyStatus status) throws InterruptedException {
        try {
            KafkaProducer<byte[], byte[]> current = producer;
            if (current == null) {
                current = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer());
                producer = current;
            }
            publishSchema(); // first, so that whoever reads the status can
            byte[] key = identity.id().getBytes(StandardCharsets.UTF_8);
            current.send(new ProducerRecord<>(names.proxies(), key, codec.encode(status)))
                    .get(SEND_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            denials.succeeded();
        } catch (InterruptException e) {
            throw e;
        } catch (ExecutionException | TimeoutException | KafkaException | KafkaUnreachableException e) {
            denials.failed(e);
            LOG.debug("status did not go out topic={} error={}", names.proxies(), e.toString());
            lock.lock();
            try {
                schedule.failed(System.nanoTime());
            } finally {
                lock.unlock();
            }
        }
    }

    /** A status that only its own build can read is better than none: what denies the schema need not deny that. */
    private void publishSchema() {
        if (schemaPublished) {
            return;
        }
        try {
            new SchemaLog(kafka, names, codec, SEND_TIMEOUT).publish(List.of(ProxyStatus.getClassSchema()));
            schemaPublished = true;
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            LOG.debug("schema did not go out topic={} error={}", names.schemas(), e.toString());
        }
    }

    private ProxyStatus status(ControlState served) {
        return ProxyStatus.newBuilder()
                .setProxyId(identity.id())
                .setBootId(instance.bootId())
                .setNamespace(identity.namespace())
                .setMode(identity.mode().name().toLowerCase(Locale.ROOT))
                .setLabels(identity.labels())
                .setLocality(identity.locality())
                .setVersion(instance.version())
                .setHost(instance.host())
                .setPid(instance.pid())
                .setAdminAddress(instance.adminAddress())
                .setVerdict(served.verdict())
                .setAppliedRevision(served.revision())
                .setAppliedOffset(served.commitOffset())
                .setStateDigest(ByteBuffer.wrap(HexFormat.of().parseHex(served.stateDigest())))
                .setTableHash(served.tableHash())
                .setRejections(served.rejections())
                .setSkippedRecords(served.skipped().total())
                .setSkipped(served.skipped().recent().stream()
                        .map(s -> new Rejection(s.key(), s.reason().code(), s.text(), s.offset()))
                        .toList())
                .setDetail(served.detail())
                .setTableBuildMicros(served.tableBuildMicros())
                .setSwappedAt(served.swappedAtMillis())
                .setStartedAt(instance.startedAtMillis())
                .setReportedAt(clock.millis())
                .setLeaseMillis(LEASE_MILLIS)
                .build();
    }

    /** Says goodbye, if Kafka listens, and ends the thread. */
    @Override
    public void close() throws InterruptedException {
        lock.lock();
        try {
            leaving = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        thread.join(GOODBYE.toMillis());
        if (thread.isAlive()) {
            thread.interrupt();
            thread.join();
        }
    }
}
