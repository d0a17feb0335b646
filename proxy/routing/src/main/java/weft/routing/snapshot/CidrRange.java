package weft.routing.snapshot;

import org.jspecify.annotations.Nullable;

/**
 * A block of IP addresses. Immutable.
 *
 * <p>IPv4 is kept as its image in IPv6, {@code ::ffff:0:0/96}, so that both compare alike and allocate nothing.
 *
 * @param high first 64 bits of the network
 * @param low last 64 bits of the network
 * @param prefixLength of the 128 bits; 96 more than written for IPv4
 */
public record CidrRange(long high, long low, int prefixLength) {
    private static final int V4_IMAGE_BITS = 96;
    private static final int V4_BYTES = 4;
    private static final int V6_BYTES = 16;
    private static final int V6_GROUPS = 8;
    private static final int ALL_BITS = 128;
    private static final int HALF_BITS = 64;
    private static final int MAX_BYTE = 255;
    private static final long V4_IMAGE = 0xffff_0000_0000L;

    /** Masks what lies beyond the prefix. */
    public CidrRange {
        high &= mask(prefixLength);
        low &= mask(prefixLength - HALF_BITS);
    }

    /** Reads {@code 10.0.0.0/8}, {@code 10.1.2.3}, {@code 2001:db8::/32}; null for anything else. */
    public static @Nullable CidrRange parse(String text) {
        int slash = text.indexOf('/');
        byte[] address = bytes(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            return null;
        }
        int most = address.length * Byte.SIZE;
        int prefix = slash < 0 ? most : number(text.substring(slash + 1), most);
        return prefix < 0 ? null : new CidrRange(high(address), low(address), prefix + ALL_BITS - most);
    }

    /** Whether it holds this address of 4 or 16 bytes. */
    public boolean contains(byte[] address) {
        return ((high(address) ^ high) & mask(prefixLength)) == 0
                && ((low(address) ^ low) & mask(prefixLength - HALF_BITS)) == 0;
    }

    /** Whether it holds no more than one address. */
    public boolean isAddress() {
        return prefixLength == ALL_BITS;
    }

    private static long mask(int bits) {
        if (bits <= 0) {
            return 0;
        }
        return bits >= HALF_BITS ? -1L : -1L << (HALF_BITS - bits);
    }

    private static long high(byte[] address) {
        return address.length == V4_BYTES ? 0 : number(address, 0, Long.BYTES);
    }

    private static long low(byte[] address) {
        return address.length == V4_BYTES
                ? V4_IMAGE | number(address, 0, V4_BYTES)
                : number(address, Long.BYTES, Long.BYTES);
    }

    private static long number(byte[] bytes, int from, int count) {
        long value = 0;
        for (int i = from; i < from + count; i++) {
            value = value << Byte.SIZE | bytes[i] & MAX_BYTE;
        }
        return value;
    }

    private static byte @Nullable [] bytes(String text) {
        return text.indexOf(':') < 0 ? v4(text) : v6(text);
    }

    private static byte @Nullable [] v4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != V4_BYTES) {
            return null;
        }
        byte[] bytes = new byte[V4_BYTES];
        for (int i = 0; i < V4_BYTES; i++) {
            int part = number(parts[i], MAX_BYTE);
            if (part < 0) {
                return null;
            }
            bytes[i] = (byte) part;
        }
        return bytes;
    }

    private static byte @Nullable [] v6(String text) {
        int gap = text.indexOf("::");
        byte[] head = groups(gap < 0 ? text : text.substring(0, gap), gap >= 0);
        byte[] tail = gap < 0 ? new byte[0] : groups(text.substring(gap + 2), true);
        if (head == null || tail == null) {
            return null;
        }
        int length = head.length + tail.length;
        if (gap < 0 ? length != V6_BYTES : length > V6_BYTES - 2) {
            return null;
        }
        byte[] bytes = new byte[V6_BYTES];
        System.arraycopy(head, 0, bytes, 0, head.length);
        System.arraycopy(tail, 0, bytes, V6_BYTES - tail.length, tail.length);
        return bytes;
    }

    /** Groups of four hexadecimal digits, a dotted quad allowed at the end. */
    private static byte @Nullable [] groups(String text, boolean mayBeEmpty) {
        if (text.isEmpty()) {
            return mayBeEmpty ? new byte[0] : null;
        }
        String[] parts = text.split(":", -1);
        byte[] quad = v4(parts[parts.length - 1]);
        int groups = quad == null ? parts.length : parts.length - 1;
        if (groups + (quad == null ? 0 : 2) > V6_GROUPS) {
            return null;
        }
        byte[] bytes = new byte[2 * groups + (quad == null ? 0 : V4_BYTES)];
        for (int i = 0; i < groups; i++) {
            String part = parts[i];
            if (part.isEmpty() || part.length() > 4 || !part.chars().allMatch(CidrRange::isHexDigit)) {
                return null;
            }
            int value = Integer.parseInt(part, 16);
            bytes[2 * i] = (byte) (value >> Byte.SIZE);
            bytes[2 * i + 1] = (byte) value;
        }
        if (quad != null) {
            System.arraycopy(quad, 0, bytes, 2 * groups, V4_BYTES);
        }
        return bytes;
    }

    private static boolean isHexDigit(int c) {
        return c < 0x80 && Character.digit(c, 16) >= 0;
    }

    /** A decimal number without sign, -1 when it is none or too large. */
    private static int number(String text, int most) {
        boolean plain = !text.isEmpty() && text.length() <= 3 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        int value = plain ? Integer.parseInt(text) : -1;
        return value > most ? -1 : value;
    }

    @Override
    public String toString() {
        boolean isV4 = prefixLength >= V4_IMAGE_BITS && high == 0 && low >>> 32 == 0xffff;
        if (isV4) {
            return (low >> 24 & MAX_BYTE) + "." + (low >> 16 & MAX_BYTE) + "." + (low >> 8 & MAX_BYTE) + "."
                    + (low & MAX_BYTE) + "/" + (prefixLength - V4_IMAGE_BITS);
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < V6_GROUPS; i++) {
            long half = i < V6_GROUPS / 2 ? high : low;
            int group = (int) (half >> (HALF_BITS - 16 * (i % 4 + 1)) & 0xffff);
            text.append(i == 0 ? "" : ":").append(Integer.toHexString(group));
        }
        return text.append('/').append(prefixLength).toString();
    }
}
