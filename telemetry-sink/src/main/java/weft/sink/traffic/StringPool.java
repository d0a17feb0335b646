package weft.sink.traffic;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Turns UTF-8 bytes that come again and again into the same string. Confined to one thread.
 *
 * <p>One slot per hash: a string that meets another in its slot replaces it, so the pool never grows.
 */
final class StringPool {
    /** Power of two; a mesh of some thousand workloads and routes fits. */
    private static final int SLOTS = 8192;

    /** Longer strings are not kept: they are unlikely to come again, and 8,192 of them would be large. */
    private static final int MAX_KEPT_BYTES = 256;

    private final byte[][] keys = new byte[SLOTS][];
    private final String[] values = new String[SLOTS];

    String get(byte[] bytes, int from, int length) {
        if (length == 0) {
            return "";
        }
        if (length > MAX_KEPT_BYTES) {
            return new String(bytes, from, length, StandardCharsets.UTF_8);
        }
        int hash = length;
        for (int i = from; i < from + length; i++) {
            hash = 31 * hash + bytes[i];
        }
        int slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
        byte[] key = keys[slot];
        if (key != null && Arrays.equals(key, 0, key.length, bytes, from, from + length)) {
            return values[slot];
        }
        String value = new String(bytes, from, length, StandardCharsets.UTF_8);
        keys[slot] = Arrays.copyOfRange(bytes, from, from + length);
        values[slot] = value;
        return value;
    }
}
