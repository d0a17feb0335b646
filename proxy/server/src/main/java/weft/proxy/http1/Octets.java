package weft.proxy.http1;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Classes of bytes, and scans over them. Immutable. */
final class Octets {
    static final byte CR = '\r';
    static final byte LF = '\n';

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long SPACES = 0x2020202020202020L;
    private static final long DELS = 0x7F7F7F7F7F7F7F7FL;
    private static final long HIGH_BITS = 0x8080808080808080L;

    /** The byte in lower case when it may occur in a token, else 0. */
    private static final byte[] TOKEN = new byte[256];

    static {
        for (byte b : ascii("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")) {
            TOKEN[b] = b;
        }
        for (int upper = 'A'; upper <= 'Z'; upper++) {
            TOKEN[upper] = (byte) (upper + 'a' - 'A');
        }
    }

    private Octets() {}

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Lower case of a token byte, 0 for all others. */
    static byte tokenLower(byte b) {
        return TOKEN[b & 0xFF];
    }

    static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    static boolean isHex(byte b) {
        return isDigit(b) || (b >= 'a' && b <= 'f') || (b >= 'A' && b <= 'F');
    }

    static boolean isAlphanumeric(byte b) {
        return isDigit(b) || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z');
    }

    /** Index of the first control character (tab too) or DEL in the range, or {@code to}. Eight bytes at a time. */
    static int indexOfControl(byte[] a, int from, int to) {
        int i = from;
        for (; i + 8 <= to; i += 8) {
            long word = (long) LONGS.get(a, i);
            long del = word ^ DELS;
            // Each term sets the high bit of bytes that are below 0x20, respectively 0x7F; the lowest one is exact.
            long found = ((word - SPACES) & ~word | (del - ONES) & ~del) & HIGH_BITS;
            if (found != 0) {
                return i + (Long.numberOfTrailingZeros(found) >>> 3);
            }
        }
        while (i < to && (a[i] < 0 || (a[i] >= ' ' && a[i] != 0x7F))) {
            i++;
        }
        return i;
    }

    static int indexOf(byte[] a, byte wanted, int from, int to) {
        for (int i = from; i < to; i++) {
            if (a[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    static boolean equal(byte[] a, int from, int length, byte[] b) {
        return length == b.length && Arrays.equals(a, from, from + length, b, 0, length);
    }

    static boolean equalIgnoreCase(byte[] a, int from, int length, byte[] lowerCase) {
        if (length != lowerCase.length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (TOKEN[a[from + i] & 0xFF] != lowerCase[i]) {
                return false;
            }
        }
        return true;
    }

    /** Value of a run of digits; -1 when it is empty, holds anything else or does not fit. */
    static long decimal(byte[] a, int from, int length) {
        if (length == 0 || length > 19) {
            return -1;
        }
        long value = 0;
        for (int i = from; i < from + length; i++) {
            int digit = a[i] - '0';
            if (digit < 0 || digit > 9 || value > (Long.MAX_VALUE - digit) / 10) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }

    static String latin1(byte[] a, int from, int length) {
        return new String(a, from, length, StandardCharsets.ISO_8859_1);
    }
}
