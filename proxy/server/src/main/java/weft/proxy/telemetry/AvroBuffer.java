package weft.proxy.telemetry;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Writes Avro's binary encoding into one growing array that is used again. Confined to one thread. */
final class AvroBuffer {
    private byte[] bytes = new byte[1024];
    private int size;

    void clear() {
        size = 0;
    }

    byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    private void reserve(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(size + more, 2 * bytes.length));
        }
    }

    void raw(byte[] from) {
        reserve(from.length);
        System.arraycopy(from, 0, bytes, size, from.length);
        size += from.length;
    }

    /** An int or a long: zig-zag, then seven bits a byte. */
    void number(long value) {
        reserve(10);
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7FL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    /** Branch of a union of null and something. */
    void branch(boolean isPresent) {
        reserve(1);
        bytes[size++] = (byte) (isPresent ? 2 : 0);
    }

    void nullableString(@Nullable String value) {
        branch(value != null);
        if (value != null) {
            string(value);
        }
    }

    /** Length and UTF-8; a lone surrogate becomes a question mark, as in Java's own encoder. */
    @SuppressWarnings("deprecation") // getBytes(int, int, byte[], int) is the one copy of Latin-1 without a new array.
    void string(String value) {
        int length = value.length();
        if (isAscii(value)) {
            number(length);
            reserve(length);
            value.getBytes(0, length, bytes, size);
            size += length;
        } else {
            byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
            number(utf8.length);
            raw(utf8);
        }
    }

    private static boolean isAscii(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }
}
