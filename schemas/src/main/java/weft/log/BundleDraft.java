package weft.log;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import weft.rules.Rule;
import weft.rules.RuleKey;

/**
 * What somebody wants changed, all of it or nothing. Immutable.
 *
 * @param upserts kind records with the metadata their author wrote; uid, generation and creation time are minted here
 * @param deletes keys to remove
 * @param author who asked for it
 * @param host machine it was asked from
 * @param message why; empty when nobody said
 * @param gitCommit of the folder the rules came from; empty when there is none
 * @param expected {@link RuleVersion} of resources as their author saw them: one that was changed meanwhile keeps the
 *     whole bundle off the log; resources without an entry are overwritten whatever they are
 * @param isRestoring whether resources that are created were there before: they keep the creation time they carry, by
 *     which Istio settles conflicts
 * @param mayLoseNewer whether resources may be overwritten that this build cannot read, since a newer one wrote them
 */
public record BundleDraft(
        List<SpecificRecord> upserts,
        List<RuleKey> deletes,
        String author,
        String host,
        String message,
        String gitCommit,
        Map<RuleKey, String> expected,
        boolean isRestoring,
        boolean mayLoseNewer) {

    /** @throws IllegalArgumentException when one resource is named twice */
    public BundleDraft {
        upserts = List.copyOf(upserts);
        deletes = List.copyOf(deletes);
        expected = Map.copyOf(expected);
        Set<RuleKey> keys = new HashSet<>();
        upserts.forEach(u -> requireNew(keys, Rule.of(u).key()));
        deletes.forEach(d -> requireNew(keys, d));
    }

    /** Changes that overwrite whatever is there. */
    public BundleDraft(
            List<SpecificRecord> upserts,
            List<RuleKey> deletes,
            String author,
            String host,
            String message,
            String gitCommit) {
        this(upserts, deletes, author, host, message, gitCommit, Map.of(), false, false);
    }

    private static void requireNew(Set<RuleKey> keys, RuleKey key) {
        if (!keys.add(key)) {
            throw new IllegalArgumentException("bundle: " + key + " is named twice (expected: once)");
        }
    }

    public static BundleDraft upserting(List<? extends SpecificRecord> upserts) {
        return new BundleDraft(List.copyOf(upserts), List.of(), "", "", "", "");
    }

    public static BundleDraft deleting(List<RuleKey> deletes) {
        return new BundleDraft(List.of(), deletes, "", "", "", "");
    }

    /** The same changes, signed. */
    public BundleDraft by(String author, String host, String message, String gitCommit) {
        return new BundleDraft(upserts, deletes, author, host, message, gitCommit, expected, isRestoring, mayLoseNewer);
    }

    /** The same changes, on these versions only. */
    public BundleDraft expecting(Map<RuleKey, String> expected) {
        return new BundleDraft(upserts, deletes, author, host, message, gitCommit, expected, isRestoring, mayLoseNewer);
    }

    /** The same changes, of resources that were there before. */
    public BundleDraft restoring() {
        return new BundleDraft(upserts, deletes, author, host, message, gitCommit, expected, true, mayLoseNewer);
    }

    /** The same changes, also where a newer build has been. */
    public BundleDraft losingNewer() {
        return new BundleDraft(upserts, deletes, author, host, message, gitCommit, expected, isRestoring, true);
    }

    /** Every resource it changes, in order. */
    public List<RuleKey> keys() {
        List<RuleKey> keys = new ArrayList<>();
        upserts.forEach(u -> keys.add(Rule.of(u).key()));
        keys.addAll(deletes);
        return List.copyOf(keys);
    }
}
