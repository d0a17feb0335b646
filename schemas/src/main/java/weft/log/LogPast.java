package weft.log;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads one-partition topics to where they end now, one after the other on one consumer. Confined to its owner's thread.
 */
final class LogPast implements AutoCloseable {
    /** First step back from the end, in offsets; markers and aborted records lie between, so it grows. */
    private static final long FIRST_STEP = 16;
    /** An idle fetch ends soon, since reading the next topic has to wait for it. */
    private static final int FETCH_MAX_WAIT_MILLIS = 10;

    private static final Duration POLL = Duration.ofMillis(100);

    private final Map<String, Object> kafka;
    private final Duration timeout;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private long lastEnd;

    /**
     * Connects to nobody yet.
     *
     * @param timeout how long Kafka may keep one call waiting
     * @throws KafkaUnreachableException when no address of the bootstrap list can be resolved
     */
    LogPast(Map<String, Object> kafka, Duration timeout) {
        this.kafka = Map.copyOf(kafka);
        this.timeout = timeout;
        Map<String, Object> config = KafkaClients.with(
                kafka,
                Map.of(
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest",
                        ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                        FETCH_MAX_WAIT_MILLIS,
                        ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                        (int) timeout.toMillis(),
                        ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        KafkaClients.requestTimeoutMillis(timeout),
                        ConsumerConfig.ENABLE_METRICS_PUSH_CONFIG,
                        false));
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
        try {
            consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        } catch (KafkaException e) {
            throw KafkaClients.asUnreachable(kafka, timeout, e);
        }
    }

    /**
     * Value of the last committed record of a topic; null when there is none.
     *
     * @throws KafkaUnreachableException when no broker answers within the timeout
     */
    byte @Nullable [] lastValue(String topic) {
        TopicPartition partition = new TopicPartition(topic, 0);
        try {
            consumer.assign(List.of(partition));
            long end = end(partition);
            lastEnd = end;
            long start = consumer.beginningOffsets(List.of(partition), timeout).getOrDefault(partition, 0L);
            byte[][] last = new byte[1][];
            for (long step = FIRST_STEP; last[0] == null && end > start; step *= step) {
                long from = Math.max(start, end - step);
                consumer.seek(partition, from);
                readTo(partition, end, each -> last[0] = each.value());
                if (from == start) {
                    break;
                }
            }
            return last[0];
        } catch (KafkaException e) {
            throw KafkaClients.asUnreachable(kafka, timeout, e);
        }
    }

    /** Where the topic ended that {@link #lastValue} was last asked for. */
    long lastEnd() {
        return lastEnd;
    }

    /**
     * Hands out every committed record of a topic, in order.
     *
     * @throws KafkaUnreachableException when no broker answers within the timeout
     */
    void readAll(String topic, Consumer<ConsumerRecord<byte[], byte[]>> each) {
        TopicPartition partition = new TopicPartition(topic, 0);
        try {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            readTo(partition, end(partition), each);
        } catch (KafkaException e) {
            throw KafkaClients.asUnreachable(kafka, timeout, e);
        }
    }

    private long end(TopicPartition partition) {
        return consumer.endOffsets(List.of(partition), timeout).getOrDefault(partition, 0L);
    }

    private void readTo(TopicPartition partition, long end, Consumer<ConsumerRecord<byte[], byte[]>> each) {
        ReadPatience patience = new ReadPatience(partition.topic(), timeout);
        while (patience.hasMore(consumer.position(partition, timeout), end)) {
            consumer.poll(POLL).forEach(each);
        }
    }

    @Override
    public void close() {
        KafkaClients.close(consumer);
    }
}
