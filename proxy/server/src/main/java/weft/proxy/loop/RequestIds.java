package weft.proxy.loop;

import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Makes version 4 UUIDs for {@code x-request-id}. Confined to the event loop.
 *
 * <p>They correlate log lines and are no secret, so that a plain generator serves and no lock is taken.
 */
public final class RequestIds implements Supplier<String> {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);
    private static final int LENGTH = 36;
    private static final long VERSION_MASK = 0xFFFF_FFFF_FFFF_0FFFL;
    private static final long VERSION_4 = 0x4000L;
    private static final long VARIANT_MASK = 0x3FFF_FFFF_FFFF_FFFFL;
    private static final long VARIANT_RFC = 0x8000_0000_0000_0000L;

    private final RandomGenerator random;
    private final byte[] text = new byte[LENGTH];

    public RequestIds(RandomGenerator random) {
        this.random = random;
    }

    @Override
    public String get() {
        long high = (random.nextLong() & VERSION_MASK) | VERSION_4;
        long low = (random.nextLong() & VARIANT_MASK) | VARIANT_RFC;
        hex(high >>> 32, 8, 0);
        text[8] = '-';
        hex(high >>> 16, 4, 9);
        text[13] = '-';
        hex(high, 4, 14);
        text[18] = '-';
        hex(low >>> 48, 4, 19);
        text[23] = '-';
        hex(low, 12, 24);
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    private void hex(long value, int digits, int offset) {
        for (int i = digits - 1; i >= 0; i--) {
            text[offset + i] = HEX[(int) (value & 0xF)];
            value >>>= 4;
        }
    }
}
