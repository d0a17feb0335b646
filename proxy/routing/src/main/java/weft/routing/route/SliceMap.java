package weft.routing.route;

import java.util.Arrays;
import java.util.Map;

/**
 * A hash map of small numbers asked by a slice of a string, so that a lookup cuts nothing out and allocates nothing.
 * Immutable.
 *
 * <p>Open addressing, at most half full. The caller gives the hash, as it can compute those of all prefixes of a path
 * in one pass; keys come from rules, so nobody who sends requests can make them collide.
 *
 * <p>In large tables memory is what a lookup waits for: a key that is not there costs one cache line, one that is two,
 * as a slot holds all but the characters, and those of all keys lie in one text.
 */
final class SliceMap {
    /** What {@link #get} answers for a key that is not there. */
    static final int ABSENT = -1;

    private static final long EMPTY = -1;
    private static final int WORDS = 2;

    /** Two words a slot: hash and where the key begins in the text, then its length and the number. */
    private final long[] slots;

    private final String text;
    private final int mask;
    private final int size;

    /** How the keys hash: must agree with what the caller computes over a slice. */
    interface Hash {
        int of(String key);
    }

    /** Numbers must not be negative. */
    SliceMap(Map<String, Integer> entries, Hash hash) {
        size = entries.size();
        int capacity = Integer.highestOneBit(Math.max(1, size)) * 4;
        mask = capacity - 1;
        slots = new long[capacity * WORDS];
        Arrays.fill(slots, EMPTY);
        StringBuilder keys = new StringBuilder();
        entries.forEach((key, number) -> {
            put(hash.of(key), keys.length(), key.length(), number);
            keys.append(key);
        });
        text = keys.toString();
    }

    private void put(int hash, int from, int length, int number) {
        int slot = spread(hash) & mask;
        while (slots[slot * WORDS + 1] != EMPTY) {
            slot = slot + 1 & mask;
        }
        slots[slot * WORDS] = pair(hash, from);
        slots[slot * WORDS + 1] = pair(length, number);
    }

    boolean isEmpty() {
        return size == 0;
    }

    int get(int hash, String asked, int from, int length, boolean ignoreCase) {
        int slot = spread(hash) & mask;
        while (true) {
            long rest = slots[slot * WORDS + 1];
            if (rest == EMPTY) {
                return ABSENT;
            }
            long first = slots[slot * WORDS];
            if (high(first) == hash
                    && high(rest) == length
                    && asked.regionMatches(ignoreCase, from, text, low(first), length)) {
                return low(rest);
            }
            slot = slot + 1 & mask;
        }
    }

    /** Takes one key and its number. */
    interface Entries {
        void accept(String key, int number);
    }

    void forEach(Entries to) {
        for (int slot = 0; slot <= mask; slot++) {
            long rest = slots[slot * WORDS + 1];
            if (rest != EMPTY) {
                int from = low(slots[slot * WORDS]);
                to.accept(text.substring(from, from + high(rest)), low(rest));
            }
        }
    }

    private static long pair(int high, int low) {
        return (long) high << Integer.SIZE | low;
    }

    private static int high(long pair) {
        return (int) (pair >> Integer.SIZE);
    }

    private static int low(long pair) {
        return (int) pair;
    }

    /** Brings all bits of a hash to both its ends. */
    static int spread(int hash) {
        int h = hash * 0x9E3779B9;
        return h ^ h >>> 15;
    }
}
