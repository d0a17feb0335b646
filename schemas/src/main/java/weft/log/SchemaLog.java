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
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.apache.avro.Schema;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weft.log.registry.RegistryException;
import weft.log.registry.SchemaRegistry;

/**
 * The schemas topic: fingerprint in hex to schema JSON, and {@code id/N} to the fingerprint of the schema that a registry
 * gave this id, so that the log explains itself without a registry. Confined to the thread of its owner.
 *
 * <p>Writers {@link #publish} what they are about to write; readers {@link #learn} a fingerprint or an id when they meet
 * one they do not know. An id once written is never given another schema.
 */
public final class SchemaLog {
    private static final Logger LOG = LoggerFactory.getLogger(SchemaLog.class);
    private static final String ID_PREFIX = "id/";

    /** A fingerprint that was looked up in vain is not looked up again for this long, so a bad rule costs little. */
    private static final long RETRY_NANOS = Duration.ofSeconds(10).toNanos();
    /** Fingerprints remembered as unknown; beyond it the memory starts afresh. */
    private static final int UNKNOWN_CAPACITY = 1024;

    private final Map<String, Object> kafka;
    private final String topic;
    private final WireCodec codec;
    private final Duration timeout;
    private final LongSupplier nanoClock;
    private final LookupBudget budget;
    private final Map<String, Long> unknownSince = new HashMap<>();
    private @Nullable SchemaRegistry registry;

    public SchemaLog(Map<String, Object> kafka, TopicNames names, WireCodec codec, Duration timeout) {
        this(kafka, names, codec, timeout, System::nanoTime);
    }

    SchemaLog(Map<String, Object> kafka, TopicNames names, WireCodec codec, Duration timeout, LongSupplier nanoClock) {
        this.kafka = Map.copyOf(kafka);
        this.topic = names.schemas();
        this.codec = codec;
        this.timeout = timeout;
        this.nanoClock = nanoClock;
        this.budget = new LookupBudget(nanoClock);
    }

    /** Asks this registry, null for none, for ids that the topic does not have: for readers that may be kept waiting. */
    public SchemaLog asking(@Nullable SchemaRegistry other) {
        registry = other;
        return this;
    }

    /** The record key of a registry's id. */
    static String idKey(int id) {
        return ID_PREFIX + id;
    }

    /** The id of such a key; null when it is another. */
    static @Nullable Integer idOfKey(String key) {
        try {
            return key.startsWith(ID_PREFIX) ? Integer.valueOf(key.substring(ID_PREFIX.length())) : null;
        } catch (NumberFormatException e) {
            return null;
        }
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
            publish(schemas, read(past).keySet());
        }
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
        write(missing);
    }

    /** Writes records of this topic, in their order; returns when they are durable. */
    void write(Map<String, String> missing) {
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
     * Teaches the codec the schema that a value names.
     *
     * @return whether the codec knows it now; false also when nobody can be asked, or was too often
     */
    public boolean learn(byte[] value) {
        if (WireCodec.isSingleObject(value)) {
            long fingerprint = WireCodec.fingerprintOf(value);
            return codec.knows(fingerprint) || learn(key(fingerprint), () -> codec.knows(fingerprint), () -> {});
        }
        if (WireCodec.isRegistered(value)) {
            int id = WireCodec.idOf(value);
            return isKnown(id) || learn(idKey(id), () -> isKnown(id), () -> ask(id));
        }
        return false;
    }

    private boolean isKnown(int id) {
        Long fingerprint = codec.fingerprintOfId(id);
        return fingerprint != null && codec.knows(fingerprint);
    }

    private boolean learn(String key, BooleanSupplier isKnown, Runnable elsewhere) {
        Long since = unknownSince.get(key);
        if ((since != null && nanoClock.getAsLong() - since < RETRY_NANOS) || !budget.take()) {
            return false;
        }
        try {
            teach(read());
        } catch (KafkaException | KafkaUnreachableException e) {
            LOG.warn("schemas could not be read topic={} error={}", topic, e.toString());
        }
        if (!isKnown.getAsBoolean()) {
            elsewhere.run();
        }
        if (isKnown.getAsBoolean()) {
            return true;
        }
        if (unknownSince.size() >= UNKNOWN_CAPACITY) {
            unknownSince.clear();
        }
        unknownSince.put(key, nanoClock.getAsLong());
        return false;
    }

    private void ask(int id) {
        SchemaRegistry asked = registry;
        try {
            String json = asked == null ? null : asked.schema(id);
            if (json != null) {
                Schema schema = SchemaText.parse(json);
                codec.learn(schema);
                codec.learnId(id, WireCodec.fingerprint(schema));
            }
        } catch (RegistryException | RuntimeException e) { // whatever Avro makes of a text that somebody chose
            LOG.warn("schema could not be had from the registry id={} error={}", id, e.toString());
        }
    }

    /** Teaches the codec all that the topic holds. */
    void teach(Map<String, String> records) {
        records.forEach(this::teach);
    }

    /** One record that is no schema must not hide the others. */
    private void teach(String key, String value) {
        try {
            Integer id = idOfKey(key);
            if (id != null) {
                codec.learnId(id, Long.parseUnsignedLong(value, 16));
            } else if (!codec.knows(Long.parseUnsignedLong(key, 16))) {
                codec.learn(SchemaText.parse(value));
            }
        } catch (RuntimeException e) { // whatever Avro makes of a text that somebody chose
            LOG.warn("record is no schema topic={} key={} error={}", topic, key, e.toString());
        }
    }

    /** Every record of the topic by key, as of now. */
    Map<String, String> read() {
        try (LogPast past = new LogPast(kafka, timeout)) {
            return read(past);
        }
    }

    Map<String, String> read(LogPast past) {
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
