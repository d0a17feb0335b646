package weft.log;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes single records, each of which stands for itself, to a compacted topic; makes the topic when it is missing, and that of schemas.
 * Confined to one thread.
 */
public final class TableWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TableWriter.class);

    private final Map<String, Object> kafka;
    private final TopicNames names;
    private final TopicDefinition topic;
    private final WireCodec codec;
    private final Schema schema;
    private final Duration timeout;
    private final DenialNotice denials;
    private @Nullable KafkaProducer<byte[], byte[]> producer;
    private boolean isSchemaPublished;

    /** @param timeout within which a record goes out or fails */
    public TableWriter(
            Map<String, Object> kafka,
            TopicNames names,
            TopicDefinition topic,
            WireCodec codec,
            Schema schema,
            Duration timeout) {
        int millis = (int) timeout.toMillis();
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
                        timeout.toMillis(),
                        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        millis,
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        millis,
                        ProducerConfig.BUFFER_MEMORY_CONFIG,
                        4L << 20,
                        ProducerConfig.ENABLE_METRICS_PUSH_CONFIG,
                        false));
        this.names = names;
        this.topic = topic;
        this.codec = codec;
        this.schema = schema;
        this.timeout = timeout;
        this.denials = new DenialNotice(LOG, "write " + topic.name(), kafka);
    }

    /** Writes a record and waits for the broker; returns whether it went out. */
    public boolean put(String key, SpecificRecord value) throws InterruptedException {
        return putAll(Map.of(key, value));
    }

    /** Writes these records and waits for the broker; returns whether all went out. */
    public boolean putAll(Map<String, ? extends SpecificRecord> values) throws InterruptedException {
        Map<String, byte[]> encoded = new HashMap<>();
        values.forEach((key, value) -> encoded.put(key, codec.encode(value)));
        return send(encoded);
    }

    /** Writes a tombstone and waits for the broker; returns whether it went out. */
    public boolean remove(String key) throws InterruptedException {
        Map<String, byte[]> none = new HashMap<>();
        none.put(key, null);
        return send(none);
    }

    private boolean send(Map<String, byte[]> values) throws InterruptedException {
        try {
            KafkaProducer<byte[], byte[]> open = opened();
            if (!isSchemaPublished) { // first, so that whoever reads the records can
                new SchemaLog(kafka, names, codec, timeout).publish(List.of(schema));
                isSchemaPublished = true;
            }
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            values.forEach((key, value) -> sent.add(
                    open.send(new ProducerRecord<>(topic.name(), key.getBytes(StandardCharsets.UTF_8), value))));
            for (Future<RecordMetadata> each : sent) {
                each.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            }
            denials.succeeded();
            return true;
        } catch (InterruptException e) {
            throw new InterruptedException(String.valueOf(e.getMessage()));
        } catch (ExecutionException | TimeoutException | KafkaException | KafkaUnreachableException e) {
            denials.failed(e);
            LOG.debug("records did not go out topic={} keys={} error={}", topic.name(), values.keySet(), e.toString());
            return false;
        } catch (TopicMismatchException e) {
            LOG.warn("topic is not as it must be topic={} error={}", topic.name(), e.getMessage());
            return false;
        }
    }

    private KafkaProducer<byte[], byte[]> opened() {
        KafkaProducer<byte[], byte[]> current = producer;
        if (current == null) {
            new TopicAdmin(kafka, timeout).ensure(List.of(topic, new MeshTopics(names).schemas()));
            current = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer());
            producer = current;
        }
        return current;
    }

    @Override
    public void close() {
        KafkaProducer<byte[], byte[]> current = producer;
        if (current != null) {
            current.close(Duration.ZERO);
        }
    }
}
