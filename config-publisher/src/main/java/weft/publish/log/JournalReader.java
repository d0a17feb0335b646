package weft.publish.log;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import weft.log.KafkaClients;
import weft.log.KafkaUnreachableException;
import weft.log.RecordDecoder;
import weft.log.RuleLogException;
import weft.log.WireException;
import weft.schema.Bundle;
import weft.schema.BundleChange;

/** Reads the latest bundles of the journal. Confined to the calling thread. */
public final class JournalReader {
    /** Offsets looked back for each bundle wanted: its entry, its transaction's marker, and room for a long one. */
    private static final int OFFSETS_PER_BUNDLE = 4;

    private static final Duration POLL = Duration.ofMillis(100);

    private final MeshAddress mesh;

    public JournalReader(MeshAddress mesh) {
        this.mesh = mesh;
    }

    /**
     * The latest bundles, newest first.
     *
     * @throws KafkaUnreachableException when no broker answers in time
     * @throws RuleLogException when there is no journal
     */
    public List<Bundle> latest(int limit) {
        TopicPartition partition = new TopicPartition(mesh.topics().journal(), 0);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            requireTopic(consumer, partition);
            consumer.assign(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            long begin = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
            RecordDecoder decoder = mesh.decoder();
            List<Bundle> found = List.of();
            for (long back = (long) limit * OFFSETS_PER_BUNDLE; ; back *= OFFSETS_PER_BUNDLE) {
                long from = Math.max(begin, end - back);
                // The bundle the reading begins in may be there only in part.
                found = read(consumer, partition, from, end, decoder, from == begin ? limit : limit + 1);
                if (from == begin || found.size() > limit) {
                    break;
                }
            }
            KafkaClients.close(consumer);
            return List.copyOf(found.subList(0, Math.min(limit, found.size())));
        } catch (KafkaException e) {
            if (e instanceof TimeoutException) {
                throw new KafkaUnreachableException(KafkaClients.bootstrapServers(mesh.kafka()), mesh.timeout(), e);
            }
            throw e;
        }
    }

    /**
     * Hands out every entry of the journal, oldest first; a large bundle has several.
     *
     * @throws KafkaUnreachableException when no broker answers in time
     * @throws RuleLogException when there is no journal
     */
    public void forEach(Consumer<Bundle> entries) {
        TopicPartition partition = new TopicPartition(mesh.topics().journal(), 0);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            requireTopic(consumer, partition);
            consumer.assign(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            consumer.seekToBeginning(List.of(partition));
            read(consumer, partition, end, mesh.decoder(), entries);
            KafkaClients.close(consumer);
        } catch (TimeoutException e) {
            throw new KafkaUnreachableException(KafkaClients.bootstrapServers(mesh.kafka()), mesh.timeout(), e);
        }
    }

    private void requireTopic(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition) {
        if (consumer.partitionsFor(partition.topic()).isEmpty()) {
            throw new RuleLogException("topic " + partition.topic() + " does not exist: no mesh lives at "
                    + KafkaClients.bootstrapServers(mesh.kafka()) + " under this prefix yet");
        }
    }

    private Map<String, Object> config() {
        int millis = (int) mesh.timeout().toMillis();
        Map<String, Object> config = new HashMap<>(KafkaClients.with(
                mesh.kafka(),
                Map.of(
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest",
                        ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                        false,
                        ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                        millis,
                        ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        millis,
                        ConsumerConfig.ENABLE_METRICS_PUSH_CONFIG,
                        false)));
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
        return config;
    }

    private List<Bundle> read(
            KafkaConsumer<byte[], byte[]> consumer,
            TopicPartition partition,
            long from,
            long end,
            RecordDecoder decoder,
            int limit) {
        consumer.seek(partition, from);
        TreeMap<Long, Bundle> bundles = new TreeMap<>();
        read(consumer, partition, end, decoder, bundle -> {
            bundles.merge(bundle.getRevision(), bundle, JournalReader::joined);
            if (bundles.size() > limit) {
                bundles.pollFirstEntry();
            }
        });
        return new ArrayList<>(bundles.descendingMap().values());
    }

    private void read(
            KafkaConsumer<byte[], byte[]> consumer,
            TopicPartition partition,
            long end,
            RecordDecoder decoder,
            Consumer<Bundle> entries) {
        long deadline = System.nanoTime() + mesh.timeout().toNanos();
        while (consumer.position(partition) < end) {
            if (deadline - System.nanoTime() < 0) {
                throw new TimeoutException(partition.topic() + " could not be read to its end");
            }
            for (ConsumerRecord<byte[], byte[]> each : consumer.poll(POLL)) {
                entries.accept(decode(decoder, each));
            }
        }
    }

    private static Bundle decode(RecordDecoder decoder, ConsumerRecord<byte[], byte[]> each) {
        try {
            return decoder.decode(each.value(), Bundle.class);
        } catch (WireException e) {
            throw new RuleLogException(each.topic() + " offset " + each.offset() + ": " + e.getMessage(), e);
        }
    }

    /** A large bundle has several entries. */
    private static Bundle joined(Bundle first, Bundle further) {
        List<BundleChange> changes = new ArrayList<>(first.getChanges());
        changes.addAll(further.getChanges());
        return Bundle.newBuilder(first).setChanges(changes).build();
    }
}
