package weft.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import weft.schema.Commit;

/**
 * A rules topic in memory, with a publisher that keeps to the format and an attacker who may write what it likes. Confined
 * to the test's thread.
 */
final class LogScript {
    private static final WireCodec CODEC = WireCodec.withLocalSchemas();

    final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    /** Offsets that must not count. */
    final Set<Long> evil = new TreeSet<>();
    /** What the publisher wrote. */
    final Map<String, byte[]> truth = new TreeMap<>();

    private long revision;
    private byte[] lastCommit = new byte[0];

    long revision() {
        return revision;
    }

    /** The publisher's next bundle; a null value is a tombstone. */
    void publish(Map<String, byte @Nullable []> changes) {
        revision++;
        String bundle = "bundle" + revision;
        int index = 0;
        for (Map.Entry<String, byte @Nullable []> each : changes.entrySet()) {
            byte[] value = each.getValue();
            BundleHeaders headers = new BundleHeaders(revision, changes.size(), index++, bundle);
            write(each.getKey(), value, headers);
            if (value == null) {
                truth.remove(each.getKey());
            } else {
                truth.put(each.getKey(), value);
            }
        }
        byte[] previous =
                lastCommit.length == 0 ? lastCommit : StateDigest.sha256().digest(lastCommit);
        lastCommit = commit(revision, changes.size(), bundle, truth, previous);
        write(BundleHeaders.COMMIT_KEY, lastCommit, new BundleHeaders(revision, 0, 0, bundle));
    }

    static byte[] commit(long revision, int count, String bundle, Map<String, byte[]> state, byte[] previous) {
        StateDigest digest = new StateDigest();
        state.forEach(digest::add);
        return CODEC.encode(Commit.newBuilder()
                .setRevision(revision)
                .setCount(count)
                .setBundleId(bundle)
                .setStateDigest(ByteBuffer.wrap(digest.toBytes()))
                .setEntries(state.size())
                .setPreviousCommitHash(ByteBuffer.wrap(previous))
                .build());
    }

    /** The attacker's record. */
    void attack(@Nullable String key, byte @Nullable [] value, @Nullable BundleHeaders headers) {
        evil.add((long) records.size());
        write(key, value, headers);
    }

    /** Writes everything between two offsets once more, as it was. */
    void replay(int from, int to) {
        for (ConsumerRecord<byte[], byte[]> each : List.copyOf(records.subList(from, to))) {
            evil.add((long) records.size());
            add(each.key(), each.value(), (RecordHeaders) each.headers());
        }
    }

    private void write(@Nullable String key, byte @Nullable [] value, @Nullable BundleHeaders headers) {
        RecordHeaders wire = new RecordHeaders();
        if (headers != null) {
            headers.toHeaders().forEach(wire::add);
        }
        add(key == null ? null : key.getBytes(StandardCharsets.UTF_8), value, wire);
    }

    private void add(byte @Nullable [] key, byte @Nullable [] value, RecordHeaders headers) {
        records.add(new ConsumerRecord<>(
                "rules", 0, records.size(), 0, TimestampType.CREATE_TIME, 0, 0, key, value, headers, Optional.empty()));
    }

    /** What compaction leaves when it cleans up to an offset: of each key the last record there. */
    List<ConsumerRecord<byte[], byte[]>> compacted(int end) {
        List<ConsumerRecord<byte[], byte[]>> left = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (int i = records.size() - 1; i >= 0; i--) {
            byte[] key = records.get(i).key();
            if (i >= end || seen.add(new String(key, StandardCharsets.UTF_8))) {
                left.add(0, records.get(i));
            }
        }
        return left;
    }
}
