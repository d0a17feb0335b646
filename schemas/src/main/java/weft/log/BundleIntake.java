package weft.log;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import weft.log.RuleFold.CommitPoint;
import weft.rules.RuleKey;
import weft.schema.Commit;

/**
 * Tells what each record of the rules topic is, and hands it to the fold or skips it. Confined to the reader's thread.
 */
final class BundleIntake {
    private final RecordDecoder decoder;
    private final Consumer<SkippedRecord> skipped;
    private @Nullable String unreadable;

    BundleIntake(RecordDecoder decoder, Consumer<SkippedRecord> skipped) {
        this.decoder = decoder;
        this.skipped = skipped;
    }

    /**
     * Takes one record.
     *
     * @param following whether the log is followed, rather than caught up with
     * @return the bundles that count from now on, in their order
     */
    List<CommitPoint> take(ConsumerRecord<byte[], byte[]> record, RuleFold fold, boolean following) {
        String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
        if (key.equals(BundleHeaders.COMMIT_KEY)) {
            return takeCommit(record, fold, following);
        }
        if (key.startsWith(BundleHeaders.RESERVED_PREFIX)) {
            return List.of(); // of a newer build, and no rule
        }
        BundleHeaders headers = BundleHeaders.of(record.headers());
        if (!isRuleKey(key)) {
            skip(key, SkipReason.NOT_A_RULE, "no rule has this key (expected: Kind/namespace/name)", record.offset());
        } else if (headers == null) {
            fold.shadow(key);
            skip(key, SkipReason.NO_BUNDLE, "its headers name no bundle (expected: r, n, i and b)", record.offset());
        } else {
            fold.add(new BundleRecord(key, record.value(), headers, record.offset()), following);
        }
        return List.of();
    }

    private static boolean isRuleKey(String key) {
        try {
            RuleKey.parse(key);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private List<CommitPoint> takeCommit(ConsumerRecord<byte[], byte[]> record, RuleFold fold, boolean following) {
        byte[] value = record.value() == null ? new byte[0] : record.value();
        Commit commit;
        try {
            commit = decoder.decode(value, Commit.class);
        } catch (WireException e) {
            String text = "commit record at offset " + record.offset() + ": " + e.getMessage();
            skip(BundleHeaders.COMMIT_KEY, SkipReason.COMMIT_UNREADABLE, text, record.offset());
            if (e.isPerhapsNewerSchema() && !fold.isBetweenBundles()) {
                unreadable = text; // the next commit this build can read takes these records along
            }
            return List.of();
        }
        List<CommitPoint> accepted = fold.commit(
                new CommitPoint(
                        commit, value, record.offset(), record.leaderEpoch().orElse(-1)),
                following);
        if (!accepted.isEmpty()) {
            unreadable = null;
        }
        return accepted;
    }

    private void skip(String key, SkipReason reason, String text, long offset) {
        skipped.accept(new SkippedRecord(key, reason, text, offset));
    }

    /** Why the latest bundle, perhaps of a newer build, cannot be read; null when it can, or when there is none. */
    @Nullable
    String unreadable() {
        return unreadable;
    }

    /** The log is read anew. */
    void restart() {
        unreadable = null;
    }
}
