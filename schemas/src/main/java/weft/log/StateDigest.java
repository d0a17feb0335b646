package weft.log;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * A sum over every live key and value of the rules topic: equal digests mean that nothing was lost on the way. Confined
 * to its owner's thread.
 *
 * <p>It is the sum modulo 2^256 of SHA-256(length of key, key, value), so one change costs two hashes, however many rules
 * there are. It is taken over raw bytes, and so holds for records this build cannot decode. It finds accidents, not
 * attackers: who may choose values can make two sums collide.
 */
public final class StateDigest {
    public static final int BYTES = 32;

    private static final int WORDS = BYTES / Integer.BYTES;
    private static final long WORD_MASK = 0xFFFF_FFFFL;

    /** Big-endian words, most significant first. */
    private final int[] sum = new int[WORDS];

    private final MessageDigest sha256 = sha256();

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    public void add(String key, byte[] value) {
        int[] words = hash(key, value);
        long carry = 0;
        for (int i = WORDS - 1; i >= 0; i--) {
            carry += (sum[i] & WORD_MASK) + (words[i] & WORD_MASK);
            sum[i] = (int) carry;
            carry >>>= Integer.SIZE;
        }
    }

    public void subtract(String key, byte[] value) {
        int[] words = hash(key, value);
        long borrow = 0;
        for (int i = WORDS - 1; i >= 0; i--) {
            long difference = (sum[i] & WORD_MASK) - (words[i] & WORD_MASK) - borrow;
            sum[i] = (int) difference;
            borrow = difference < 0 ? 1 : 0;
        }
    }

    private int[] hash(String key, byte[] value) {
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(name.length).array());
        sha256.update(name);
        ByteBuffer digest = ByteBuffer.wrap(sha256.digest(value));
        int[] words = new int[WORDS];
        digest.asIntBuffer().get(words);
        return words;
    }

    /** The sum as 32 bytes, big-endian. */
    public byte[] toBytes() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        bytes.asIntBuffer().put(sum);
        return bytes.array();
    }

    public boolean matches(ByteBuffer expected) {
        return ByteBuffer.wrap(toBytes()).equals(expected);
    }

    /** A copy that goes its own way. */
    public StateDigest copy() {
        StateDigest copy = new StateDigest();
        System.arraycopy(sum, 0, copy.sum, 0, WORDS);
        return copy;
    }

    @Override
    public String toString() {
        return new BigInteger(1, toBytes()).toString(16);
    }

    @Override
    public boolean equals(@org.jspecify.annotations.Nullable Object other) {
        return other instanceof StateDigest that && Arrays.equals(sum, that.sum);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sum);
    }
}
