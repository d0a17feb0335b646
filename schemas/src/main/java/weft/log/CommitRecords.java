package weft.log;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.schema.Commit;

/** Makes the record that ends a bundle. Pure. */
final class CommitRecords {
    private CommitRecords() {}

    /**
     * The commit record of a bundle that continues what was read.
     *
     * @param records of the bundle, all of them
     * @param journalEnd hash of the bundle's last journal value
     * @param signer null when nobody signs
     */
    static Commit of(
            RuleFold fold,
            List<BundleRecord> records,
            JournalEntries.Heading heading,
            byte[] journalEnd,
            @Nullable BundleSigner signer,
            String topic,
            WireCodec codec) {
        RuleTable.Preview after = fold.preview().add(records);
        RuleFold.CommitPoint last = fold.last();
        byte[] previous = last == null ? new byte[0] : StateDigest.sha256().digest(last.encoded());
        Commit commit = Commit.newBuilder()
                .setRevision(heading.revision())
                .setCount(records.size())
                .setBundleId(heading.bundleId())
                .setAuthor(heading.draft().author())
                .setTimestamp(heading.timestamp())
                .setStateDigest(ByteBuffer.wrap(after.digest().toBytes()))
                .setEntries(after.entries())
                .setPreviousCommitHash(ByteBuffer.wrap(previous))
                .setJournalHash(ByteBuffer.wrap(journalEnd))
                .build();
        return signer == null ? commit : signer.sign(commit, records, after.sorted(), topic, codec);
    }
}
