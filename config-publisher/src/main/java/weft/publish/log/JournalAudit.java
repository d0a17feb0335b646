package weft.publish.log;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import weft.log.LostRules;
import weft.log.RecordDecoder;
import weft.log.RuleLogView;
import weft.log.StateDigest;
import weft.log.WireException;
import weft.schema.Bundle;
import weft.schema.BundleChange;
import weft.schema.Commit;

/**
 * Follows the hash chain of the journal from its beginning to the last commit record of the rules topic, and finds where
 * it breaks: an entry that was edited, taken out, put in or moved. Confined to the calling thread.
 *
 * <p>Each entry holds the hash of the one before it, and the commit record that of the last: whoever wants to change the
 * past unseen must write everything after it anew, the commit record on the rules topic included.
 */
public final class JournalAudit {
    /**
     * What an audit found.
     *
     * @param first bundle that the journal begins with; 0 when it is empty
     * @param last bundle of the last commit record; 0 when there is none
     * @param bundles followed
     * @param breaks in order; the first is where the chain cannot be trusted any more
     * @param notes what could not be looked at
     */
    public record Result(long first, long last, long bundles, List<Break> breaks, List<String> notes) {
        public Result {
            breaks = List.copyOf(breaks);
            notes = List.copyOf(notes);
        }

        public boolean isUnbroken() {
            return breaks.isEmpty();
        }
    }

    /**
     * What the journal alone adds up to.
     *
     * @param first bundle that it begins with; 0 when it is empty
     * @param rules the state after its last bundle: all of it only when it begins with bundle 1
     */
    public record Recollection(long first, LostRules rules, List<Break> breaks) {
        public Recollection {
            breaks = List.copyOf(breaks);
        }
    }

    /** A bundle that does not continue what is before it. */
    public record Break(long bundle, long offset, String text) {}

    /** More breaks than this tell nothing new. */
    private static final int MAX_BREAKS = 100;

    private final MeshAddress mesh;
    private final RecordDecoder decoder;
    private final List<Break> breaks = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final Map<String, ByteBuffer> state = new HashMap<>();
    private long first;
    private long revision;
    private long bundles;
    private byte @Nullable [] previousHash;
    private @Nullable String bundleId;

    public JournalAudit(MeshAddress mesh) {
        this.mesh = mesh;
        this.decoder = mesh.decoder();
    }

    /**
     * Reads the whole journal.
     *
     * @throws weft.log.KafkaUnreachableException when no broker answers in time
     * @throws weft.log.RuleLogException when the mesh does not exist or its rules cannot be read
     */
    public Result run() {
        Commit last;
        try (RuleLogView view = mesh.view()) {
            view.refresh(mesh.timeout());
            last = view.lastCommit(); // before the journal: what is published meanwhile is left out
        }
        long end = last == null ? 0 : last.getRevision();
        try (JournalReader journal = new JournalReader(mesh)) {
            journal.forEachRecord(record -> accept(record, end));
        }
        if (last != null) {
            compareWith(last);
        } else if (first > 0) {
            broken(first, -1, "the journal tells of bundles, and the rules topic has none");
        }
        return new Result(first, end, bundles, breaks, notes);
    }

    /**
     * Reads the whole journal, and not the rules, which may be lost.
     *
     * @throws weft.log.KafkaUnreachableException when no broker answers in time
     */
    public Recollection recollect() {
        try (JournalReader journal = new JournalReader(mesh)) {
            journal.forEachRecord(record -> accept(record, Long.MAX_VALUE));
        }
        Map<String, byte[]> values = new HashMap<>();
        state.forEach((key, value) -> {
            byte[] bytes = BundleChanges.bytes(value);
            if (bytes != null) {
                values.put(key, bytes);
            }
        });
        return new Recollection(first, new LostRules(revision, values), breaks);
    }

    private void accept(ConsumerRecord<byte[], byte[]> record, long end) {
        Bundle entry;
        try {
            if (record.value() == null) {
                throw new WireException(WireException.Code.BAD_FRAME, "an entry without a value");
            }
            entry = decoder.decode(record.value(), Bundle.class);
        } catch (WireException e) {
            broken(revision + 1, record.offset(), "the entry cannot be read: " + e.getMessage());
            previousHash = record.value() == null ? null : sha256(record.value());
            return;
        }
        if (entry.getRevision() > end) {
            return;
        }
        link(entry, record.offset());
        follow(entry, record.offset());
        previousHash = sha256(record.value());
        revision = entry.getRevision();
        bundleId = entry.getBundleId();
    }

    private void link(Bundle entry, long offset) {
        long number = entry.getRevision();
        if (first == 0) {
            first = number;
            if (number > 1) {
                notes.add("the journal begins with bundle " + number + ": what was before it cannot be verified");
            } else if (entry.getPreviousHash().hasRemaining()) {
                broken(number, offset, "it says that an entry was before it, and it is the first");
            }
            bundles++;
            return;
        }
        boolean further = number == revision && entry.getBundleId().equals(bundleId);
        boolean linked = previousHash != null && ByteBuffer.wrap(previousHash).equals(entry.getPreviousHash());
        if (linked && (further || number == revision + 1)) {
            bundles += further ? 0 : 1;
            return;
        }
        bundles++;
        if (number > revision + 1) {
            String missing = number == revision + 2
                    ? "bundle " + (revision + 1) + " is missing"
                    : "bundles " + (revision + 1) + " to " + (number - 1) + " are missing";
            broken(revision + 1, offset, missing + ": the entry after bundle " + revision + " is that of " + number);
        } else if (number == revision && !further) {
            broken(number, offset, "two bundles have this number: one of them was put in");
        } else if (number <= revision && !further) {
            broken(number, offset, "it stands behind bundle " + revision + ": entries were put in another order");
        } else {
            broken(
                    revision,
                    offset,
                    "bundle " + number + " does not continue it: the hash that " + number
                            + " holds is not that of the entry before it, so bundle " + revision + " was edited, or "
                            + number + " was");
        }
    }

    /** Each bundle changes what the ones before it left behind. */
    private void follow(Bundle entry, long offset) {
        for (BundleChange change : entry.getChanges()) {
            ByteBuffer before = change.getBefore();
            ByteBuffer known = state.get(change.getKey());
            boolean isKnown = known != null || first == 1;
            if (isKnown && (known == null ? before != null : !known.equals(before))) {
                broken(
                        entry.getRevision(),
                        offset,
                        change.getKey() + " was not as the bundles before it left it: one of them is not what it was");
            }
            ByteBuffer after = change.getAfter();
            if (after == null) {
                state.remove(change.getKey());
            } else {
                state.put(change.getKey(), after);
            }
        }
    }

    private void compareWith(Commit last) {
        long number = last.getRevision();
        if (revision < number) {
            String missing = revision + 1 == number
                    ? "bundle " + number + " is missing"
                    : "bundles " + (revision + 1) + " to " + number + " are missing";
            broken(revision + 1, -1, missing + ": the last commit record is that of bundle " + number);
            return;
        }
        ByteBuffer end = last.getJournalHash();
        if (!end.hasRemaining()) {
            notes.add("the last commit record vouches for no journal: it was published by an older version");
        } else if (previousHash == null || !ByteBuffer.wrap(previousHash).equals(end)) {
            broken(number, -1, "its entry is not the one that its commit record vouches for: it was edited");
        }
        if (first == 1) {
            StateDigest digest = new StateDigest();
            state.forEach((key, value) -> {
                byte[] bytes = BundleChanges.bytes(value);
                if (bytes != null) {
                    digest.add(key, bytes);
                }
            });
            if (!digest.matches(last.getStateDigest())) {
                broken(number, -1, "the rules in force are not what the journal adds up to");
            }
        }
    }

    private void broken(long bundle, long offset, String text) {
        if (breaks.size() < MAX_BREAKS) {
            breaks.add(new Break(bundle, offset, text));
        }
    }

    private static byte[] sha256(byte[] value) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(value);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
