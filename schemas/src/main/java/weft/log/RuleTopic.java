package weft.log;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * The rules topic as a reader sees it: identity, high watermark, and a consumer without a group. Confined to the
 * reader's thread, but for {@link #wakeup}.
 */
final class RuleTopic implements AutoCloseable {
    /** How long an idle fetch waits at the broker: delivery is not slower for it, and thousands of proxies stay cheap. */
    private static final int FETCH_MAX_WAIT_MILLIS = 10_000;
    /** An answer that takes longer than such a fetch and this is lost, and another broker may lead by now. */
    private static final int REQUEST_TIMEOUT_MILLIS = FETCH_MAX_WAIT_MILLIS + 5_000;
    /** A leader that was cut off from the others goes on answering that there is nothing new: ask who leads. */
    private static final int METADATA_MAX_AGE_MILLIS = 30_000;

    /** Which log this is: another topic may come to live under the same name. */
    record Identity(String clusterId, String topicId) {}

    private final Map<String, Object> kafka;
    private final TopicPartition partition;
    private final Duration timeout;
    private final int maxPollRecords;
    private @Nullable Admin admin;
    private volatile @Nullable KafkaConsumer<byte[], byte[]> consumer;

    /** @param admin a client that is open already, to be closed with this; null to open one when it is needed */
    RuleTopic(Map<String, Object> kafka, String topic, Duration timeout, int maxPollRecords, @Nullable Admin admin) {
        this.kafka = Map.copyOf(kafka);
        this.partition = new TopicPartition(topic, 0);
        this.timeout = timeout;
        this.maxPollRecords = maxPollRecords;
        this.admin = admin;
    }

    String name() {
        return partition.topic();
    }

    private Admin admin() {
        Admin current = admin;
        if (current == null) {
            current = KafkaClients.admin(kafka, timeout);
            admin = current;
        }
        return current;
    }

    Identity identity() {
        String cluster = KafkaClients.await(admin().describeCluster().clusterId(), kafka, timeout);
        KafkaFuture<TopicDescription> described =
                admin().describeTopics(List.of(name())).topicNameValues().get(name());
        if (described == null) {
            throw new UnknownTopicOrPartitionException(name());
        }
        TopicDescription topic = KafkaClients.awaitOf(name(), described, kafka, timeout);
        return new Identity(cluster, topic.topicId().toString());
    }

    /** Where the log ends now, open transactions included; the read_committed end would hide data behind one. */
    long highWatermark() {
        return KafkaClients.awaitOf(
                        name(),
                        admin().listOffsets(
                                        Map.of(partition, OffsetSpec.latest()),
                                        new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED))
                                .partitionResult(partition),
                        kafka,
                        timeout)
                .offset();
    }

    /** Where the log begins now. */
    private long logStart() {
        return KafkaClients.awaitOf(
                        name(),
                        admin().listOffsets(Map.of(partition, OffsetSpec.earliest()))
                                .partitionResult(partition),
                        kafka,
                        timeout)
                .offset();
    }

    boolean isOpen() {
        return consumer != null;
    }

    void open() {
        Map<String, Object> config = KafkaClients.with(
                kafka,
                Map.of(
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "none",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                        FETCH_MAX_WAIT_MILLIS,
                        ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        REQUEST_TIMEOUT_MILLIS,
                        ConsumerConfig.METADATA_MAX_AGE_CONFIG,
                        METADATA_MAX_AGE_MILLIS,
                        ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                        16 << 20,
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        maxPollRecords,
                        ConsumerConfig.ENABLE_METRICS_PUSH_CONFIG,
                        false));
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
        config.remove(ConsumerConfig.CLIENT_RACK_CONFIG); // followers learn of new rules half a second late
        try {
            KafkaConsumer<byte[], byte[]> opened =
                    new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
            opened.assign(List.of(partition));
            consumer = opened;
        } catch (KafkaException e) {
            throw KafkaClients.asUnreachable(kafka, timeout, e);
        }
    }

    private KafkaConsumer<byte[], byte[]> opened() {
        KafkaConsumer<byte[], byte[]> current = consumer;
        if (current == null) {
            throw new IllegalStateException("the topic is not open");
        }
        return current;
    }

    /**
     * Reads from the start of the log, on a new connection if need be: one that has a long fetch under way at the end of
     * the log would answer only after it.
     */
    void restart(boolean fetching) {
        long start = logStart();
        if (fetching) {
            disconnect();
            open();
        }
        opened().seek(partition, start);
    }

    void seek(long offset, int leaderEpoch) {
        Optional<Integer> epoch = leaderEpoch < 0 ? Optional.empty() : Optional.of(leaderEpoch);
        opened().seek(partition, new OffsetAndMetadata(offset, epoch, ""));
    }

    /** Records of this poll; none when {@link #wakeup} came first. */
    List<ConsumerRecord<byte[], byte[]>> poll(Duration wait) {
        try {
            return opened().poll(wait).records(partition);
        } catch (WakeupException e) {
            return List.of();
        }
    }

    /** Next offset to read: steps over transaction markers and what compaction took away. */
    long position() {
        try {
            return opened().position(partition, timeout);
        } catch (WakeupException e) {
            return -1;
        }
    }

    /** Ends a poll under way; may be called from any thread. */
    void wakeup() {
        KafkaConsumer<byte[], byte[]> current = consumer;
        if (current != null) {
            current.wakeup();
        }
    }

    /** Lets the consumer go; the admin client stays, as it finds the brokers again by itself. */
    void disconnect() {
        KafkaConsumer<byte[], byte[]> current = consumer;
        consumer = null;
        if (current != null) {
            KafkaClients.close(current);
        }
    }

    @Override
    public void close() {
        disconnect();
        Admin current = admin;
        admin = null;
        if (current != null) {
            current.close(Duration.ZERO);
        }
    }
}
