package weft.proxy.balance;

/**
 * The 64-bit hash xxHash, as Envoy hashes requests and endpoints. Thread-safe: functions only.
 *
 * <p>Texts are taken as ISO-8859-1, one byte a character, which is how fields of requests are kept.
 */
public final class XxHash64 {
    private static final long PRIME_1 = 0x9E3779B185EBCA87L;
    private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
    private static final long PRIME_3 = 0x165667B19E3779F9L;
    private static final long PRIME_4 = 0x85EBCA77C2B2AE63L;
    private static final long PRIME_5 = 0x27D4EB2F165667C5L;
    private static final int STRIPE = 32;

    private XxHash64() {}

    public static long of(CharSequence text) {
        return of(text, 0, text.length(), 0);
    }

    /** Of the characters from one position up to before another. */
    public static long of(CharSequence text, int from, int to, long seed) {
        int at = from;
        long hash;
        if (to - from >= STRIPE) {
            long v1 = seed + PRIME_1 + PRIME_2;
            long v2 = seed + PRIME_2;
            long v3 = seed;
            long v4 = seed - PRIME_1;
            for (; to - at >= STRIPE; at += STRIPE) {
                v1 = round(v1, eight(text, at));
                v2 = round(v2, eight(text, at + 8));
                v3 = round(v3, eight(text, at + 16));
                v4 = round(v4, eight(text, at + 24));
            }
            hash = Long.rotateLeft(v1, 1) + Long.rotateLeft(v2, 7) + Long.rotateLeft(v3, 12) + Long.rotateLeft(v4, 18);
            hash = merge(merge(merge(merge(hash, v1), v2), v3), v4);
        } else {
            hash = seed + PRIME_5;
        }
        return finish(text, at, to, hash + (to - from));
    }

    private static long finish(CharSequence text, int from, int to, long begun) {
        long hash = begun;
        int at = from;
        for (; to - at >= 8; at += 8) {
            hash = Long.rotateLeft(hash ^ round(0, eight(text, at)), 27) * PRIME_1 + PRIME_4;
        }
        if (to - at >= 4) {
            hash = Long.rotateLeft(hash ^ four(text, at) * PRIME_1, 23) * PRIME_2 + PRIME_3;
            at += 4;
        }
        for (; at < to; at++) {
            hash = Long.rotateLeft(hash ^ (text.charAt(at) & 0xFFL) * PRIME_5, 11) * PRIME_1;
        }
        hash = (hash ^ hash >>> 33) * PRIME_2;
        hash = (hash ^ hash >>> 29) * PRIME_3;
        return hash ^ hash >>> 32;
    }

    private static long round(long sum, long input) {
        return Long.rotateLeft(sum + input * PRIME_2, 31) * PRIME_1;
    }

    private static long merge(long hash, long value) {
        return (hash ^ round(0, value)) * PRIME_1 + PRIME_4;
    }

    private static long eight(CharSequence text, int at) {
        return four(text, at) | four(text, at + 4) << 32;
    }

    private static long four(CharSequence text, int at) {
        return (text.charAt(at) & 0xFFL)
                | (text.charAt(at + 1) & 0xFFL) << 8
                | (text.charAt(at + 2) & 0xFFL) << 16
                | (text.charAt(at + 3) & 0xFFL) << 24;
    }
}
