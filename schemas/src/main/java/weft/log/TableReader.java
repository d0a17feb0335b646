package weft.log;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows a compacted topic of single records from its beginning, each of which stands for itself. Confined to one thread,
 * but for {@link #wakeup}.
 *
 * <p>It never fails because of Kafka: what cannot be read now is read later. A topic that does not exist yet is empty.
 *
 * @param <T> what the values are
 */
public final class TableReader<T extends SpecificRecord> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TableReader.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    /** How soon a topic that is not there, or a cluster that is away, is looked for again. */
    private static final long RETRY_NANOS = Duration.ofSeconds(1).toNanos();

    private final String topic;
    private final Class<T> type;
    private final RecordDecoder decoder;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Map<TopicPartition, Long> behind = new HashMap<>();
    private final ReconnectPause pause = new ReconnectPause();
    private final DenialNotice denials;
    /* Written by the reading thread; a wakeup before the topic was found would only cut off the search for it. */
    private volatile boolean isFound;
    private boolean isCaughtUp;
    private long lookedNanos = System.nanoTime() - RETRY_NANOS;

    /** Takes one record; called on the reading thread. */
    @FunctionalInterface
    public interface Sink<T> {
        /**
         * A record.
         *
         * @param value null for a tombstone
         * @param timestampMillis of the record, milliseconds since 1970
         */
        void accept(String key, @Nullable T value, long timestampMillis);
    }

    /** Reads nothing before the first poll. */
    public TableReader(Map<String, Object> kafka, String topic, RecordDecoder decoder, Class<T> type) {
        this.topic = topic;
        this.type = type;
        this.decoder = decoder;
        this.denials = new DenialNotice(LOG, "read " + topic, kafka);
        Map<String, Object> config = KafkaClients.with(
                kafka,
                Map.of(
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest",
                        ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                        false,
                        ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                        (int) TIMEOUT.toMillis(),
                        ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        (int) TIMEOUT.toMillis(),
                        ConsumerConfig.ENABLE_METRICS_PUSH_CONFIG,
                        false));
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
        consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Whether everything was read that the topic held when it was first reached. */
    public boolean isCaughtUp() {
        return isCaughtUp;
    }

    /** Asks the broker whether everything there is was read; false also when it cannot be asked. */
    public boolean isCurrent() {
        if (!isFound) {
            return false;
        }
        try {
            return consumer.endOffsets(consumer.assignment(), TIMEOUT).entrySet().stream()
                    .allMatch(end -> consumer.position(end.getKey(), TIMEOUT) >= end.getValue());
        } catch (InterruptException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (KafkaException e) {
            LOG.debug("not asked topic={} error={}", topic, e.toString());
            return false;
        }
    }

    /** Hands out what arrives within {@code wait}, or before a {@link #wakeup}. */
    public void poll(Duration wait, Sink<T> sink) throws InterruptedException {
        if (!pause.await(wait.toNanos())) {
            return;
        }
        try {
            if (!isFound && !find()) {
                Thread.sleep(Math.min(wait.toMillis(), TIMEOUT.toMillis()));
                return;
            }
            for (ConsumerRecord<byte[], byte[]> each : consumer.poll(wait)) {
                take(each, sink);
            }
            behind.entrySet().removeIf(end -> consumer.position(end.getKey(), TIMEOUT) >= end.getValue());
            isCaughtUp |= behind.isEmpty();
            pause.succeeded();
            denials.succeeded();
        } catch (WakeupException e) {
            LOG.trace("woken topic={}", topic);
        } catch (InterruptException e) {
            throw new InterruptedException(String.valueOf(e.getMessage()));
        } catch (KafkaException e) {
            LOG.debug("not read topic={} error={}", topic, e.toString());
            if (denials.failed(e)) {
                pause.refused();
            } else {
                pause.failed();
            }
        }
    }

    private boolean find() {
        if (System.nanoTime() - lookedNanos < RETRY_NANOS) {
            return false;
        }
        lookedNanos = System.nanoTime();
        List<TopicPartition> partitions;
        try {
            partitions = consumer.partitionsFor(topic, TIMEOUT).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
        } catch (UnknownTopicOrPartitionException e) {
            partitions = List.of();
        }
        if (partitions.isEmpty()) {
            isCaughtUp = true;
            return false;
        }
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        behind.putAll(consumer.endOffsets(partitions, TIMEOUT));
        isFound = true;
        return true;
    }

    private void take(ConsumerRecord<byte[], byte[]> each, Sink<T> sink) {
        if (each.key() == null) {
            return;
        }
        String key = new String(each.key(), StandardCharsets.UTF_8);
        try {
            T value = each.value() == null ? null : decoder.decode(each.value(), type);
            sink.accept(key, value, each.timestamp());
        } catch (WireException e) {
            LOG.warn("record ignored topic={} key={} offset={} error={}", topic, key, each.offset(), e.getMessage());
        }
    }

    /** Ends the poll under way, or the next one, on any thread. */
    public void wakeup() {
        pause.wakeup();
        if (isFound) {
            consumer.wakeup();
        }
    }

    @Override
    public void close() {
        KafkaClients.close(consumer);
    }
}
