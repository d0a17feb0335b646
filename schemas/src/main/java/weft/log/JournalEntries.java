package weft.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.log.PublishResult.Outcome;
import weft.schema.Bundle;
import weft.schema.BundleChange;
import weft.schema.ChangeOperation;

/**
 * Writes a bundle down for the journal, in several entries of one revision when it is large. Confined to the calling
 * thread.
 */
final class JournalEntries {
    /** Changes beyond this size go to a further entry: one change is at most twice a rule, so each entry fits a record. */
    private static final int ENTRY_BYTES = 1 << 20;

    private JournalEntries() {}

    /** What all entries of a bundle share. */
    record Heading(long revision, String bundleId, BundleDraft draft, long timestamp, String agent) {}

    /** Encoded entries, each chained to the one before it; {@code previousHash} is that of the last entry so far. */
    static List<byte[]> of(Heading heading, List<BundlePlan.Write> writes, byte[] previousHash, WireCodec codec) {
        List<byte[]> entries = new ArrayList<>();
        List<BundleChange> changes = new ArrayList<>();
        byte[] previous = previousHash;
        int bytes = 0;
        for (int i = 0; i < writes.size(); i++) {
            BundlePlan.Write write = writes.get(i);
            changes.add(change(write));
            bytes += length(write.before()) + length(write.after());
            if (bytes >= ENTRY_BYTES || i == writes.size() - 1) {
                byte[] entry = codec.encode(bundle(heading, changes, previous));
                entries.add(entry);
                previous = StateDigest.sha256().digest(entry);
                changes = new ArrayList<>();
                bytes = 0;
            }
        }
        return entries;
    }

    private static Bundle bundle(Heading heading, List<BundleChange> changes, byte[] previousHash) {
        return Bundle.newBuilder()
                .setRevision(heading.revision())
                .setBundleId(heading.bundleId())
                .setAuthor(heading.draft().author())
                .setHost(heading.draft().host())
                .setMessage(heading.draft().message())
                .setGitCommit(heading.draft().gitCommit())
                .setTimestamp(heading.timestamp())
                .setAgent(heading.agent())
                .setPreviousHash(ByteBuffer.wrap(previousHash))
                .setChanges(changes)
                .build();
    }

    private static BundleChange change(BundlePlan.Write write) {
        return BundleChange.newBuilder()
                .setKey(write.key().toString())
                .setOperation(operation(write.outcome()))
                .setBefore(buffer(write.before()))
                .setAfter(buffer(write.after()))
                .build();
    }

    private static ChangeOperation operation(Outcome outcome) {
        return switch (outcome) {
            case CREATED -> ChangeOperation.CREATED;
            case CONFIGURED -> ChangeOperation.CONFIGURED;
            case DELETED -> ChangeOperation.DELETED;
            case UNCHANGED, NOT_FOUND -> throw new IllegalArgumentException(outcome + " is not written");
        };
    }

    private static @Nullable ByteBuffer buffer(byte @Nullable [] bytes) {
        return bytes == null ? null : ByteBuffer.wrap(bytes);
    }

    private static int length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }
}
