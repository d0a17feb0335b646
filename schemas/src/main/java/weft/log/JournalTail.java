package weft.log;

import org.jspecify.annotations.Nullable;
import weft.schema.Bundle;

/**
 * Where the journal ends. Immutable.
 *
 * @param hash of its last value; empty when there is none
 * @param next offset that follows what was read
 * @param revision of the bundle it tells of last; 0 when it tells of none, or somebody wrote what is no entry
 */
record JournalTail(byte[] hash, long next, long revision) {
    static final JournalTail EMPTY = new JournalTail(new byte[0], 0, 0);

    static JournalTail read(LogPast past, String topic, WireCodec codec) {
        byte[] last = past.lastValue(topic);
        byte[] hash = last == null ? new byte[0] : StateDigest.sha256().digest(last);
        return new JournalTail(hash, past.lastEnd(), revision(last, codec));
    }

    private static long revision(byte @Nullable [] value, WireCodec codec) {
        try {
            return value == null ? 0 : codec.decode(value, Bundle.class).getRevision();
        } catch (WireException e) {
            return 0; // of a newer build, or none of ours: what it says is for "weft audit verify"
        }
    }

    /** Whether no bundle was ever written down: what the rules topic holds is no rule then. */
    boolean isEmpty() {
        return hash.length == 0;
    }

    /**
     * Both topics are written in one transaction, so that the rules topic cannot be behind unless something happened to it.
     *
     * @param rulesRevision the greatest of its commit records, be it one that does not count
     * @throws RuleLogException when it is: what is published then would take the place of rules that are still served
     */
    void requireOn(TopicNames names, long rulesRevision) {
        if (revision > rulesRevision) {
            throw new RuleLogException("topic " + names.rules() + " ends with bundle " + rulesRevision
                    + ", its journal with bundle " + revision
                    + ": it was made anew or is an older copy; write it anew from the journal: weft restore (or, to begin"
                    + " without the past, delete topic " + names.journal() + " too)");
        }
    }
}
