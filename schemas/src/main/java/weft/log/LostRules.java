package weft.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.rules.RuleKey;
import weft.schema.Commit;

/**
 * Rules that the rules topic no longer has, or lost the commit record of, as its journal adds up to them. Immutable as long
 * as its map is not written to.
 *
 * @param revision of the last bundle of the journal
 * @param values raw values by record key
 */
public record LostRules(long revision, Map<String, byte[]> values) {

    /**
     * Gives them to a reader as if it had read them, at the end of the log there is now. All that lies in the log counts as
     * skipped, so that the next bundle writes every rule, and tombstones for what else is there.
     */
    void handTo(RuleLogReader reader, Map<String, Object> kafka, TopicNames names, WireCodec codec, Duration timeout) {
        Set<String> keys = new HashSet<>(values.keySet());
        try (LogPast past = new LogPast(kafka, timeout)) {
            past.readAll(names.rules(), each -> addRuleKey(each.key(), keys));
        }
        try (RuleTopic topic = new RuleTopic(kafka, names.rules(), timeout, 1, null)) {
            RuleTopic.Identity identity = topic.identity();
            Map<String, SavedRules.Value> live = new HashMap<>();
            values.forEach((key, bytes) -> live.put(key, new SavedRules.Value(bytes, -1)));
            reader.resume(new SavedRules(
                    identity.clusterId(),
                    identity.topicId(),
                    -1,
                    topic.highWatermark() - 1,
                    codec.encode(commit()),
                    System.currentTimeMillis(),
                    live));
        } catch (WireException e) {
            throw new IllegalStateException("a commit record of this build", e);
        }
        keys.forEach(reader.fold()::shadow);
    }

    private static void addRuleKey(byte @Nullable [] bytes, Set<String> keys) {
        String key = bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
        try {
            RuleKey.parse(key);
            keys.add(key);
        } catch (IllegalArgumentException e) {
            return; // no reader takes it for a rule
        }
    }

    /** {@code stateDigest} of the commit record that was lost. */
    public ByteBuffer stateDigest() {
        StateDigest digest = new StateDigest();
        values.forEach(digest::add);
        return ByteBuffer.wrap(digest.toBytes());
    }

    /** Stands for the one that was lost, whose hash nobody knows: the next bundle counts by its digest. */
    private Commit commit() {
        return Commit.newBuilder()
                .setRevision(revision)
                .setCount(0)
                .setBundleId("")
                .setStateDigest(stateDigest())
                .setEntries(values.size())
                .build();
    }
}
