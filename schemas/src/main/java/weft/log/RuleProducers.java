package weft.log;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Makes the producers of rules: transactional, under the one id that all publishers of a mesh share. Thread-safe. */
final class RuleProducers {
    /** How long a publisher that died in a transaction could hold up readers, if no other came to fence it. */
    private static final int TRANSACTION_TIMEOUT_MILLIS = 10_000;

    private RuleProducers() {}

    /** Connects, and fences nobody yet. */
    static KafkaProducer<byte[], byte[]> open(Map<String, Object> kafka, TopicNames names, Duration deadline) {
        int millis = (int) deadline.toMillis();
        return new KafkaProducer<>(
                KafkaClients.with(
                        kafka,
                        Map.of(
                                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                                names.publisherTransactionalId(),
                                ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                                TRANSACTION_TIMEOUT_MILLIS,
                                ProducerConfig.ACKS_CONFIG,
                                "all",
                                ProducerConfig.LINGER_MS_CONFIG,
                                0,
                                ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                                MeshTopics.MAX_RECORD_BYTES,
                                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                                (long) millis,
                                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                                KafkaClients.requestTimeoutMillis(deadline),
                                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                                millis,
                                ProducerConfig.ENABLE_METRICS_PUSH_CONFIG,
                                false)),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    static ProducerRecord<byte[], byte[]> record(
            String topic, String key, byte @Nullable [] value, BundleHeaders headers) {
        return new ProducerRecord<>(topic, 0, key.getBytes(StandardCharsets.UTF_8), value, headers.toHeaders());
    }

    /** Where a record of a committed transaction is. */
    static long offset(Future<RecordMetadata> sent) {
        try {
            return sent.get().offset();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a committed transaction has a record that was not written", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptException(e);
        }
    }
}
