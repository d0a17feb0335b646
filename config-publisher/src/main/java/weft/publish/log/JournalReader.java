package weft.publish.log;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import weft.log.KafkaClients;
import weft.log.KafkaUnreachableException;
import weft.log.ReadPatience;
import weft.log.RecordDecoder;
import weft.log.RuleLogException;
import weft.log.WireException;
import weft.rules.RuleKey;
import weft.schema.Bundle;
import weft.schema.BundleChange;

/**
 * Reads the journal, from either end. Confined to the calling thread.
 *
 * <p>A large bundle has several entries, one after the other; what is handed out whole says so.
 */
public final class JournalReader implements AutoCloseable {
    /** Offsets of the first look back from the end; most questions are about the last few bundles. */
    private static final long FIRST_STEP = 64;
    /** Each further look reaches this many times as far, up to {@link #LAST_STEP}. */
    private static final long STEP_GROWTH = 4;
    /** Bounds what is in memory at once. */
    private static final long LAST_STEP = 16_384;

    private static final Duration POLL = Duration.ofMillis(100);
    /** How long an acknowledged bundle may take until readers see it. */
    private static final Duration VISIBLE = Duration.ofSeconds(2);

    private static final long PAUSE_MILLIS = 5;

    private final MeshAddress mesh;
    private final TopicPartition partition;
    private final RecordDecoder decoder;
    private @Nullable KafkaConsumer<byte[], byte[]> consumer;
    private @Nullable Admin admin;

    /** Connects to nobody yet. */
    public JournalReader(MeshAddress mesh) {
        this.mesh = mesh;
        this.partition = new TopicPartition(mesh.topics().journal(), 0);
        this.decoder = mesh.decoder();
    }

    /**
     * The latest bundles, newest first, each whole.
     *
     * @throws KafkaUnreachableException when no broker answers in time
     * @throws RuleLogException when there is no journal
     */
    public List<Bundle> latest(int limit) {
        return latest(limit, 0, null);
    }

    /**
     * As above, only those that changed a rule and are not older than a moment.
     *
     * @param sinceMillis milliseconds since 1970, by the publishers' clocks; 0 for any
     * @param changed null for any
     */
    public List<Bundle> latest(int limit, long sinceMillis, @Nullable RuleKey changed) {
        LinkedHashMap<Long, Bundle> bundles = new LinkedHashMap<>();
        long[] under = {-1}; // the bundle being read; without its change to the rule it goes again
        newestFirst(entry -> {
            if (entry.getRevision() != under[0]) {
                Bundle before = bundles.get(under[0]);
                if (before != null && !isAbout(before, changed)) {
                    bundles.remove(under[0]);
                }
                if (bundles.size() == limit || entry.getTimestamp() < sinceMillis) {
                    return false;
                }
                under[0] = entry.getRevision();
            }
            bundles.merge(entry.getRevision(), entry, (later, earlier) -> joined(earlier, later));
            return true;
        });
        return bundles.values().stream().filter(b -> isAbout(b, changed)).toList();
    }

    private static boolean isAbout(Bundle bundle, @Nullable RuleKey changed) {
        return changed == null
                || bundle.getChanges().stream()
                        .anyMatch(change -> change.getKey().equals(changed.toString()));
    }

    /**
     * One bundle, whole; null when the journal does not hold it.
     *
     * @throws KafkaUnreachableException when no broker answers in time
     * @throws RuleLogException when there is no journal
     */
    public @Nullable Bundle bundle(long revision) {
        Bundle[] found = new Bundle[1];
        newestFirst(entry -> {
            if (entry.getRevision() == revision) {
                found[0] = found[0] == null ? entry : joined(entry, found[0]);
            }
            return entry.getRevision() >= revision;
        });
        return found[0];
    }

    /**
     * The bundle that last changed each of these, without its changes; none for what the journal does not tell of.
     *
     * @throws KafkaUnreachableException when no broker answers in time
     * @throws RuleLogException when there is no journal
     */
    public Map<RuleKey, Bundle> lastChanges(Set<RuleKey> keys) {
        Set<RuleKey> missing = new TreeSet<>(keys);
        Map<RuleKey, Bundle> found = new LinkedHashMap<>();
        newestFirst(entry -> {
            for (BundleChange change : entry.getChanges()) {
                RuleKey key = RuleKey.parse(change.getKey());
                if (missing.remove(key)) {
                    found.put(key, heading(entry));
                }
            }
            return !missing.isEmpty();
        });
        return found;
    }

    /** A bundle without its changes: who, when and why. */
    static Bundle heading(Bundle bundle) {
        return Bundle.newBuilder(bundle).setChanges(List.of()).build();
    }

    /**
     * Hands out the entries of the journal, newest first, until the reader has enough.
     *
     * @param wantsMore false ends it
     * @throws KafkaUnreachableException when no broker answers in time
     * @throws RuleLogException when there is no journal
     */
    public void newestFirst(Predicate<Bundle> wantsMore) {
        reading(opened -> {
            long to = end(opened);
            long begin = opened.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
            for (long step = FIRST_STEP; to > begin; step = Math.min(step * STEP_GROWTH, LAST_STEP)) {
                long from = Math.max(begin, to - step);
                List<ConsumerRecord<byte[], byte[]>> window = new ArrayList<>();
                opened.seek(partition, from);
                read(opened, to, window::add);
                for (int i = window.size() - 1; i >= 0; i--) {
                    if (!wantsMore.test(decode(window.get(i)))) {
                        return;
                    }
                }
                to = from;
            }
        });
    }

    /**
     * Hands out every entry of the journal, oldest first.
     *
     * @throws KafkaUnreachableException when no broker answers in time
     * @throws RuleLogException when there is no journal
     */
    public void forEach(Consumer<Bundle> entries) {
        forEachRecord(record -> entries.accept(decode(record)));
    }

    /** As {@link #forEach}, in raw bytes. */
    public void forEachRecord(Consumer<ConsumerRecord<byte[], byte[]>> records) {
        reading(opened -> {
            opened.seekToBeginning(List.of(partition));
            read(opened, end(opened), records);
        });
    }

    private void reading(Consumer<KafkaConsumer<byte[], byte[]>> how) {
        try {
            KafkaConsumer<byte[], byte[]> opened = consumer;
            if (opened == null) {
                opened = new KafkaConsumer<>(config(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
                consumer = opened;
                requireTopic(opened);
                opened.assign(List.of(partition));
            }
            how.accept(opened);
        } catch (TimeoutException e) {
            throw new KafkaUnreachableException(KafkaClients.bootstrapServers(mesh.kafka()), mesh.timeout(), e);
        }
    }

    private void requireTopic(KafkaConsumer<byte[], byte[]> opened) {
        if (opened.partitionsFor(partition.topic()).isEmpty()) {
            throw new RuleLogException("topic " + partition.topic() + " does not exist: no mesh lives at "
                    + KafkaClients.bootstrapServers(mesh.kafka()) + " under this prefix yet");
        }
    }

    private Map<String, Object> config() {
        int millis = (int) mesh.timeout().toMillis();
        Map<String, Object> config = KafkaClients.with(
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
                        KafkaClients.requestTimeoutMillis(mesh.timeout()),
                        ConsumerConfig.ENABLE_METRICS_PUSH_CONFIG,
                        false));
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
        return config;
    }

    /**
     * Where the journal ends now. A bundle whose commit was acknowledged becomes visible a little later; it is waited
     * for, so that whoever asks after an apply sees it. A transaction that stays open belongs to a publisher that died.
     */
    private long end(KafkaConsumer<byte[], byte[]> opened) {
        long written = highWatermark();
        long deadline = System.nanoTime() + VISIBLE.toNanos();
        long visible = committed(opened);
        while (visible < written && deadline - System.nanoTime() > 0) {
            pause();
            visible = committed(opened);
        }
        return visible;
    }

    private long committed(KafkaConsumer<byte[], byte[]> opened) {
        return opened.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    }

    private long highWatermark() {
        Admin current = admin;
        if (current == null) {
            current = KafkaClients.admin(mesh.kafka(), mesh.timeout());
            admin = current;
        }
        ListOffsetsOptions options = new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED);
        return KafkaClients.awaitOf(
                        partition.topic(),
                        current.listOffsets(Map.of(partition, OffsetSpec.latest()), options)
                                .partitionResult(partition),
                        mesh.kafka(),
                        mesh.timeout())
                .offset();
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptException(e);
        }
    }

    /** From the position to {@code end}; gives up only when nothing comes for as long as Kafka may take. */
    private void read(
            KafkaConsumer<byte[], byte[]> opened, long end, Consumer<ConsumerRecord<byte[], byte[]>> records) {
        ReadPatience patience = new ReadPatience(partition.topic(), mesh.timeout());
        while (patience.hasMore(opened.position(partition), end)) {
            for (ConsumerRecord<byte[], byte[]> each : opened.poll(POLL)) {
                if (each.offset() < end) {
                    records.accept(each);
                }
            }
        }
    }

    private Bundle decode(ConsumerRecord<byte[], byte[]> each) {
        try {
            return decoder.decode(each.value(), Bundle.class);
        } catch (WireException e) {
            throw new RuleLogException(each.topic() + " offset " + each.offset() + ": " + e.getMessage(), e);
        }
    }

    private static Bundle joined(Bundle first, Bundle further) {
        List<BundleChange> changes = new ArrayList<>(first.getChanges());
        changes.addAll(further.getChanges());
        return Bundle.newBuilder(first).setChanges(changes).build();
    }

    @Override
    public void close() {
        KafkaConsumer<byte[], byte[]> opened = consumer;
        consumer = null;
        if (opened != null) {
            KafkaClients.close(opened);
        }
        Admin asking = admin;
        admin = null;
        if (asking != null) {
            asking.close(Duration.ZERO);
        }
    }
}
