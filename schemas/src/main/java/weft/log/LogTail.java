package weft.log;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** Finds the last committed record of a one-partition topic. Confined to the calling thread. */
final class LogTail {
    /** First step back from the end, in offsets; markers and aborted records lie between, so it grows. */
    private static final long FIRST_STEP = 16;

    private static final Duration POLL = Duration.ofMillis(100);

    private LogTail() {}

    /**
     * Value of the last committed record; null when there is none.
     *
     * @throws KafkaUnreachableException when no broker answers within the timeout
     */
    static byte @Nullable [] lastValue(Map<String, Object> kafka, String topic, Duration timeout) {
        Map<String, Object> config = KafkaClients.with(
                kafka,
                Map.of(
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest",
                        ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                        (int) timeout.toMillis(),
                        ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        (int) timeout.toMillis(),
                        ConsumerConfig.ENABLE_METRICS_PUSH_CONFIG,
                        false));
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
        TopicPartition partition = new TopicPartition(topic, 0);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            long end = consumer.endOffsets(List.of(partition), timeout).getOrDefault(partition, 0L);
            long start = consumer.beginningOffsets(List.of(partition), timeout).getOrDefault(partition, 0L);
            byte[] last = null;
            for (long step = FIRST_STEP; last == null && end > start; step *= step) {
                long from = Math.max(start, end - step);
                last = lastBetween(consumer, partition, from, end, timeout);
                if (from == start) {
                    break;
                }
            }
            KafkaClients.close(consumer);
            return last;
        } catch (KafkaException e) {
            throw KafkaClients.asUnreachable(kafka, timeout, e);
        }
    }

    private static byte @Nullable [] lastBetween(
            KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, long from, long end, Duration timeout) {
        consumer.seek(partition, from);
        byte[] last = null;
        long deadline = System.nanoTime() + timeout.toNanos();
        while (consumer.position(partition, timeout) < end) {
            if (deadline - System.nanoTime() < 0) {
                throw new TimeoutException(partition.topic() + " could not be read to its end");
            }
            for (ConsumerRecord<byte[], byte[]> each : consumer.poll(POLL)) {
                last = each.value();
            }
        }
        return last;
    }
}
