package weft.routing.route;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A hash map asked by a slice of a string, so that a lookup cuts nothing out and allocates nothing. Immutable.
 *
 * <p>Open addressing, at most half full. The caller gives the hash, as it can compute those of all prefixes of a path
 * in one pass; keys come from rules, so nobody who sends requests can make them collide.
 */
final class SliceMap<V> {
    private final int[] hashes;
    private final @Nullable String[] keys;
    private final Object[] values;
    private final int mask;
    private final int size;

    /** How the keys hash: must agree with what the caller computes over a slice. */
    interface Hash {
        int of(String key);
    }

    SliceMap(Map<String, V> entries, Hash hash) {
        size = entries.size();
        int capacity = Integer.highestOneBit(Math.max(1, size)) * 4;
        mask = capacity - 1;
        hashes = new int[capacity];
        keys = new String[capacity];
        values = new Object[capacity];
        entries.forEach((key, value) -> put(key, hash.of(key), value));
    }

    private void put(String key, int hash, Object value) {
        int slot = spread(hash) & mask;
        while (keys[slot] != null) {
            slot = slot + 1 & mask;
        }
        hashes[slot] = hash;
        keys[slot] = key;
        values[slot] = value;
    }

    boolean isEmpty() {
        return size == 0;
    }

    @SuppressWarnings("unchecked")
    @Nullable
    V get(int hash, String text, int from, int length, boolean ignoreCase) {
        int slot = spread(hash) & mask;
        while (true) {
            String key = keys[slot];
            if (key == null) {
                return null;
            }
            if (hashes[slot] == hash
                    && key.length() == length
                    && text.regionMatches(ignoreCase, from, key, 0, length)) {
                return (V) values[slot];
            }
            slot = slot + 1 & mask;
        }
    }

    private static int spread(int hash) {
        int h = hash * 0x9E3779B9;
        return h ^ h >>> 15;
    }
}
