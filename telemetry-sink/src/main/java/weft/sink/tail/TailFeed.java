package weft.sink.tail;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weft.log.KafkaClients;
import weft.log.RecordDecoder;
import weft.log.SchemaLog;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.log.WireException;
import weft.log.registry.SchemaRegistry;
import weft.schema.AccessLogEntry;

/**
 * Follows the end of the access log topic while somebody watches. Thread-safe.
 *
 * <p>A consumer of its own, without a group, on all partitions: what a watcher sees does not depend on which aggregator
 * counts which partition, and nobody watching costs nothing.
 */
public final class TailFeed implements AutoCloseable {
    /** Watchers at a time; each holds a web thread. */
    public static final int MAX_CLIENTS = 32;

    private static final Logger LOG = LoggerFactory.getLogger(TailFeed.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration KAFKA_TIMEOUT = Duration.ofSeconds(5);
    private static final long RETRY_MILLIS = 1_000;

    private final Map<String, Object> config;
    private final String topic;
    private final RecordDecoder decoder;
    private final List<TailClient> clients = new CopyOnWriteArrayList<>();
    private @Nullable Thread thread;
    private volatile boolean isClosed;

    public TailFeed(Map<String, Object> kafka, TopicNames topics) {
        this.topic = topics.accessLogs();
        WireCodec codec = WireCodec.withLocalSchemas();
        this.decoder = new RecordDecoder(
                codec, new SchemaLog(kafka, topics, codec, KAFKA_TIMEOUT).asking(SchemaRegistry.of(kafka)));
        this.config = new HashMap<>(kafka);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.ENABLE_METRICS_PUSH_CONFIG, false);
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2_000);
    }

    /** Begins to feed a client; false when there are too many already. */
    public synchronized boolean add(TailClient client) {
        if (isClosed || clients.size() >= MAX_CLIENTS) {
            return false;
        }
        clients.add(client);
        if (thread == null) {
            thread = new Thread(this::run, "tail-feed");
            thread.setDaemon(true);
            thread.start();
        }
        return true;
    }

    public void remove(TailClient client) {
        clients.remove(client);
    }

    /** Whether this feed has ended and watchers should leave. */
    public boolean isClosed() {
        return isClosed;
    }

    /** Ends when nobody watches any more; the next watcher starts a new thread. */
    private void run() {
        while (isWatched()) {
            try (KafkaConsumer<byte[], byte[]> consumer =
                    new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                follow(consumer);
            } catch (KafkaException e) {
                LOG.warn("tail interrupted, topic={} error={}", topic, e.getMessage());
                pause();
            }
        }
    }

    private synchronized boolean isWatched() {
        if (isClosed || clients.isEmpty()) {
            thread = null;
            return false;
        }
        return true;
    }

    private void follow(KafkaConsumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions = consumer.partitionsFor(topic, KAFKA_TIMEOUT).stream()
                .map(p -> new TopicPartition(p.topic(), p.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        while (!isClosed && !clients.isEmpty()) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                offer(record.value());
            }
        }
        KafkaClients.close(consumer);
    }

    private void offer(byte[] value) {
        try {
            AccessLogEntry entry = decoder.decode(value == null ? new byte[0] : value, AccessLogEntry.class);
            long now = System.nanoTime();
            for (TailClient client : clients) {
                client.offer(entry, now);
            }
        } catch (WireException e) {
            LOG.debug("entry left out of the tail, error={}", e.getMessage());
        }
    }

    private static void pause() {
        try {
            Thread.sleep(RETRY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        isClosed = true;
    }
}
