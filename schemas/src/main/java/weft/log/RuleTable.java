package weft.log;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import weft.schema.Commit;

/**
 * The live keys and raw values of the rules topic, with the digest over them. Confined to the reader's thread.
 *
 * <p>Values stay raw, so that the digest holds for those that cannot be decoded.
 */
final class RuleTable {
    private final Map<String, SavedRules.Value> live = new HashMap<>();
    private final Set<String> unserved = new HashSet<>();
    private final Set<String> shadowed = new HashSet<>();
    private StateDigest digest = new StateDigest();

    /** Takes over a saved state, all of it served already. */
    void restore(Map<String, SavedRules.Value> saved) {
        saved.forEach((key, value) -> {
            live.put(key, value);
            digest.add(key, value.bytes());
        });
    }

    /** The table as it would be after some more records. Confined to the reader's thread. */
    final class Preview {
        private final Map<String, byte @Nullable []> changed = new HashMap<>();
        private final StateDigest digest = RuleTable.this.digest.copy();
        private long entries = live.size();

        /** Takes these records in, in their order. */
        Preview add(List<BundleRecord> records) {
            for (BundleRecord each : records) {
                byte[] before = changed.containsKey(each.key()) ? changed.get(each.key()) : raw(each.key());
                byte[] after = each.value();
                if (before != null) {
                    digest.subtract(each.key(), before);
                    entries--;
                }
                if (after != null) {
                    digest.add(each.key(), after);
                    entries++;
                }
                changed.put(each.key(), after);
            }
            return this;
        }

        boolean agrees(Commit commit) {
            return digest.matches(commit.getStateDigest());
        }

        StateDigest digest() {
            return digest;
        }

        long entries() {
            return entries;
        }

        /** The table in the order of keys. */
        SortedMap<String, byte[]> sorted() {
            SortedMap<String, byte[]> sorted = RuleTable.this.sorted();
            changed.forEach((key, value) -> {
                if (value == null) {
                    sorted.remove(key);
                } else {
                    sorted.put(key, value);
                }
            });
            return sorted;
        }
    }

    /** Takes in records whose preview was made just now. */
    void apply(List<BundleRecord> records, Preview preview) {
        for (BundleRecord each : records) {
            byte[] value = each.value();
            SavedRules.Value before = value == null
                    ? live.remove(each.key())
                    : live.put(each.key(), new SavedRules.Value(value, each.offset()));
            if (before != null || value != null) { // the tombstone of an unknown key changes nothing
                unserved.add(each.key());
            }
            shadowed.remove(each.key());
        }
        digest = preview.digest;
    }

    /** A record of this key was skipped: compaction will keep it, not the value that counts, unless that is written again. */
    void shadow(String key) {
        shadowed.add(key);
    }

    Set<String> shadowed() {
        return Collections.unmodifiableSet(shadowed);
    }

    /** Value of a live key; null when there is none. */
    byte @Nullable [] raw(String key) {
        SavedRules.Value value = live.get(key);
        return value == null ? null : value.bytes();
    }

    /** Keys and values in the order of keys. */
    SortedMap<String, byte[]> sorted() {
        SortedMap<String, byte[]> sorted = new TreeMap<>();
        live.forEach((key, value) -> sorted.put(key, value.bytes()));
        return sorted;
    }

    StateDigest digest() {
        return digest;
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

    /** Takes the place of a table that was served: what differs counts as unserved. */
    void succeed(RuleTable served) {
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
