package weft.routing.route;

import java.io.ByteArrayOutputStream;
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
    /** The highest character of one byte. */
    private static final int NARROW = 0xFF;

    /** Two words a slot: hash and where the key begins in the text, then its length, inverted for a wide one, and the number. */
    private final long[] slots;

    /** The characters of all keys: a byte each, or two where a key has one above U+00FF. */
    private final byte[] text;

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
        ByteArrayOutputStream keys = new ByteArrayOutputStream();
        entries.forEach((key, number) -> {
            boolean isWide = isWide(key);
            put(hash.of(key), keys.size(), isWide ? ~key.length() : key.length(), number);
            for (int i = 0; i < key.length(); i++) {
                if (isWide) {
                    keys.write(key.charAt(i) >>> Byte.SIZE);
                }
                keys.write(key.charAt(i));
            }
        });
        text = keys.toByteArray();
    }

    static boolean isWide(String text) {
        return text.chars().anyMatch(c -> c > NARROW);
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

    /** One more than the highest slot. */
    int capacity() {
        return mask + 1;
    }

    int get(int hash, String asked, int from, int length) {
        int slot = slot(hash, asked, from, length, false);
        return slot == ABSENT ? ABSENT : low(slots[slot * WORDS + 1]);
    }

    /**
     * Where the key lies, or {@link #ABSENT}: for what belongs to keys in an array of its own, asked while the slot is on
     * its way from memory.
     *
     * @param ignoreCase whether ASCII letters may be upper-case in what is asked; keys are in lower case then
     */
    int slot(int hash, String asked, int from, int length, boolean ignoreCase) {
        int slot = spread(hash) & mask;
        while (true) {
            long rest = slots[slot * WORDS + 1];
            if (rest == EMPTY) {
                return ABSENT;
            }
            long first = slots[slot * WORDS];
            if (high(first) == hash && isKey(low(first), high(rest), asked, from, length, ignoreCase)) {
                return slot;
            }
            slot = slot + 1 & mask;
        }
    }

    private boolean isKey(int at, int keyLength, String asked, int from, int length, boolean ignoreCase) {
        if (keyLength != length) {
            return keyLength == ~length && isWideKey(at, asked, from, length, ignoreCase);
        }
        for (int i = 0; i < length; i++) {
            char c = asked.charAt(from + i);
            if ((ignoreCase ? lower(c) : c) != (text[at + i] & NARROW)) {
                return false;
            }
        }
        return true;
    }

    private boolean isWideKey(int at, String asked, int from, int length, boolean ignoreCase) {
        for (int i = 0; i < length; i++) {
            char c = asked.charAt(from + i);
            if ((ignoreCase ? lower(c) : c) != wide(at, i)) {
                return false;
            }
        }
        return true;
    }

    private char wide(int at, int i) {
        return (char) (text[at + 2 * i] << Byte.SIZE | text[at + 2 * i + 1] & NARROW);
    }

    static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
    }

    /** Takes one key and its slot. */
    interface Entries {
        void accept(String key, int slot);
    }

    void forEach(Entries to) {
        for (int slot = 0; slot <= mask; slot++) {
            long rest = slots[slot * WORDS + 1];
            if (rest != EMPTY) {
                to.accept(key(low(slots[slot * WORDS]), high(rest)), slot);
            }
        }
    }

    private String key(int at, int length) {
        StringBuilder key = new StringBuilder();
        for (int i = 0; i < (length < 0 ? ~length : length); i++) {
            key.append(length < 0 ? wide(at, i) : (char) (text[at + i] & NARROW));
        }
        return key.toString();
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
