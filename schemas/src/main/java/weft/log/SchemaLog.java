package weft.log;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import org.apache.avro.Schema;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The schemas topic: fingerprint in hex to schema JSON, so that the log explains itself without a registry. Confined to
 * the thread of its owner.
 *
 * <p>Writers {@link #publish} what they are about to write; readers {@link #learn} a fingerprint when they meet one they
 * do not know.
 */
public final class SchemaLog {
    private static final Logger LOG = LoggerFactory.getLogger(SchemaLog.class);

    /** A fingerprint that was looked up in vain is not looked up again for this long, so a bad rule costs little. */
    private static final long RETRY_NANOS = Duration.ofSeconds(10).toNanos();
    /** Fingerprints remembered as unknown; beyond it the memory starts afresh. */
    private static final int UNKNOWN_CAPACITY = 1024;

    private final Map<String, Object> kafka;
    private final String topic;
    private final WireCodec codec;
    private final Duration timeout;
    private final LongSupplier nanoClock;
    private final Map<Long, Long> unknownSince = new HashMap<>();

    public SchemaLog(Map<String, Object> kafka, TopicNames names, WireCodec codec, Duration timeout) {
        this(kafka, names, codec, timeout, System::nanoTime);
    }

    SchemaLog(Map<String, Object> kafka, TopicNames names, WireCodec codec, Duration timeout, LongSupplier nanoClock) {
        this.kafka = Map.copyOf(kafka);
        this.topic = names.schemas();
        this.codec = codec;
        this.timeout = timeout;
        this.nanoClock = nanoClock;
    }

    /** The record key of a schema: its fingerprint as 16 hex digits. */
    public static String key(long fingerprint) {
        return String.format("%016x", fingerprint);
    }

    /**
     * Writes those schemas that the topic does not have yet; returns when they are durable.
     *
     * @throws KafkaUnreachableException when no broker answers within the timeout
     */
    public void publish(Collection<Schema> schemas) {
        try (LogPast past = new LogPast(kafka, timeout)) {
            publish(schemas, keys(past));
        }
    }

    /** Keys of the schemas that the topic has. */
    Set<String> keys(LogPast past) {
        return Set.copyOf(read(past).keySet());
    }

    /** Writes those schemas whose keys are not among {@code present}; returns when they are durable. */
    void publish(Collection<Schema> schemas, Set<String> present) {
        Map<String, String> missing = new LinkedHashMap<>();
        for (Schema schema : schemas) {
            String key = key(WireCodec.fingerprint(schema));
            if (!present.contains(key)) {
                missing.put(key, schema.toString());
            }
        }
        if (missing.isEmpty()) {
            return;
        }
        Map<String, Object> config = KafkaClients.with(
                kafka,
                Map.of(
                        ProducerConfig.ACKS_CONFIG,
                        "all",
                        ProducerConfig.LINGER_MS_CONFIG,
                        0,
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        timeout.toMillis(),
                        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        KafkaClients.requestTimeoutMillis(timeout),
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        (int) timeout.toMillis(),
                        ProducerConfig.ENABLE_METRICS_PUSH_CONFIG,
                        false));
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            List<Future<RecordMetadata>> sent = missing.entrySet().stream()
                    .map(e -> producer.send(new ProducerRecord<>(topic, bytes(e.getKey()), bytes(e.getValue()))))
                    .toList();
            for (Future<RecordMetadata> each : sent) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw KafkaClients.asUnreachable(kafka, timeout, e.getCause());
        } catch (KafkaException e) {
            throw KafkaClients.asUnreachable(kafka, timeout, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new org.apache.kafka.common.errors.InterruptException(e);
        }
    }

    /**
     * Teaches the codec the schema of a fingerprint.
     *
     * @return whether the codec knows it now; false also when no broker can be asked
     */
    public boolean learn(long fingerprint) {
        if (codec.knows(fingerprint)) {
            return true;
        }
        Long since = unknownSince.get(fingerprint);
        if (since != null && nanoClock.getAsLong() - since < RETRY_NANOS) {
            return false;
        }
        try {
            read().forEach(this::learn);
        } catch (KafkaException | KafkaUnreachableException e) {
            LOG.warn("schemas could not be read topic={} error={}", topic, e.toString());
        }
        if (codec.knows(fingerprint)) {
            return true;
        }
        if (unknownSince.size() >= UNKNOWN_CAPACITY) {
            unknownSince.clear();
        }
        unknownSince.put(fingerprint, nanoClock.getAsLong());
        return false;
    }

    /** One record that is no schema must not hide the others. */
    private void learn(String key, String json) {
        try {
            if (!codec.knows(Long.parseUnsignedLong(key, 16))) {
                codec.learn(SchemaText.parse(json));
            }
        } catch (RuntimeException e) { // whatever Avro makes of a text that somebody chose
            LOG.warn("record is no schema topic={} key={} error={}", topic, key, e.toString());
        }
    }

    /** Every schema of the topic by key, as of now. */
    private Map<String, String> read() {
        try (LogPast past = new LogPast(kafka, timeout)) {
            return read(past);
        }
    }

    private Map<String, String> read(LogPast past) {
        Map<String, String> schemas = new HashMap<>();
        past.readAll(topic, each -> {
            if (each.key() != null && each.value() != null) {
                schemas.put(text(each.key()), text(each.value()));
            }
        });
        return schemas;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
