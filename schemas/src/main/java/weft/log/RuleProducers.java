package weft.log;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

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
                                names.prefix() + "-rules",
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
                                millis,
                                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                                millis,
                                ProducerConfig.ENABLE_METRICS_PUSH_CONFIG,
                                false)),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }
}
