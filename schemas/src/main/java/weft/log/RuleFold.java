package weft.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.schema.Commit;

/**
 * Folds the records of the rules topic into the state at the last commit. Confined to the reader's thread.
 *
 * <p>Records wait in a buffer until their commit record comes; only then do they count. Values stay raw, so that the
 * digest holds for those that cannot be decoded.
 */
final class RuleFold {

    /** The last bundle folded: its commit as written, and whether compaction had thinned it. */
    record CommitPoint(Commit commit, byte[] encoded, long offset, int leaderEpoch, boolean whole) {}

    private record Pending(String key, byte @Nullable [] value, long revision, long offset) {}

    private final Map<String, SavedRules.Value> live = new HashMap<>();
    private final StateDigest digest = new StateDigest();
    /** Bounded by the publisher's limit on one bundle, and at worst by the log itself while old bundles lie thinned. */
    private final List<Pending> buffer = new ArrayList<>();

    private final Set<String> unserved = new HashSet<>();
    private @Nullable CommitPoint last;

    /** An empty state, before the first record of the log. */
    RuleFold() {}

    /** The state of a snapshot, all of it served already. */
    RuleFold(SavedRules saved, Commit commit) {
        saved.values().forEach((key, value) -> {
            live.put(key, value);
            digest.add(key, value.bytes());
        });
        last = new CommitPoint(commit, saved.commit(), saved.commitOffset(), saved.leaderEpoch(), true);
    }

    void add(String key, byte @Nullable [] value, BundleHeaders headers, long offset) {
        buffer.add(new Pending(key, value, headers.revision(), offset));
    }

    /** Ends the bundle in the buffer. */
    CommitPoint commit(Commit commit, byte[] encoded, long offset, int leaderEpoch) {
        boolean whole = buffer.size() == commit.getCount();
        for (Pending each : buffer) {
            whole &= each.revision() == commit.getRevision();
            apply(each);
        }
        buffer.clear();
        CommitPoint point = new CommitPoint(commit, encoded, offset, leaderEpoch, whole);
        last = point;
        return point;
    }

    private void apply(Pending record) {
        byte[] value = record.value();
        SavedRules.Value before = value == null
                ? live.remove(record.key())
                : live.put(record.key(), new SavedRules.Value(value, record.offset()));
        if (before != null) {
            digest.subtract(record.key(), before.bytes());
        }
        if (value != null) {
            digest.add(record.key(), value);
        }
        if (before != null || value != null) { // the tombstone of an unknown key changes nothing
            unserved.add(record.key());
        }
    }

    /** Forgets a bundle whose commit has not come: reading starts again behind the last commit. */
    void dropBuffer() {
        buffer.clear();
    }

    boolean isBetweenBundles() {
        return buffer.isEmpty();
    }

    @Nullable
    CommitPoint last() {
        return last;
    }

    long revision() {
        return last == null ? 0 : last.commit().getRevision();
    }

    /** Whether the state is what its publisher saw; an empty log agrees with anything. */
    boolean agrees() {
        return last == null ? live.isEmpty() : digest.matches(last.commit().getStateDigest());
    }

    StateDigest digest() {
        return digest.copy();
    }

    Map<String, SavedRules.Value> live() {
        return Collections.unmodifiableMap(live);
    }

    /** Keys changed since the last call. */
    Set<String> takeUnserved() {
        Set<String> keys = new HashSet<>(unserved);
        unserved.clear();
        return keys;
    }

    /** Takes the place of a fold whose state was served: what differs counts as unserved. */
    void succeed(RuleFold served) {
        unserved.clear();
        unserved.addAll(served.unserved);
        served.live.forEach((key, value) -> {
            if (!sameBytes(value, live.get(key))) {
                unserved.add(key);
            }
        });
        live.keySet().stream().filter(k -> !served.live.containsKey(k)).forEach(unserved::add);
    }

    private static boolean sameBytes(SavedRules.Value one, SavedRules.@Nullable Value other) {
        return other != null && Arrays.equals(one.bytes(), other.bytes());
    }
}
