package weft.routing.compile;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import weft.routing.registry.RegisteredWorkload;
import weft.rules.Rule;

/**
 * A hash of a set of rules, the same on every proxy that serves the same. Immutable.
 *
 * <p>Each rule is hashed by itself, as key and Avro bytes; the hashes add up, so that order and history do not matter and
 * a change costs what changed.
 */
record TableDigest(long high, long low) {
    private static final int WORDS = 2;

    /** Sums up rules; those that workloads registered are on no rules topic and do not count. Confined to one thread. */
    static final class Sum {
        private final RuleBytes bytes = new RuleBytes();
        private final MessageDigest sha256 = sha256();
        private long high;
        private long low;

        /** One rule in the place of another; null for none. */
        void change(@Nullable Rule before, @Nullable Rule after) {
            if (before != null && counts(before)) {
                ByteBuffer hash = hash(before);
                high -= hash.getLong();
                low -= hash.getLong();
            }
            if (after != null && counts(after)) {
                ByteBuffer hash = hash(after);
                high += hash.getLong();
                low += hash.getLong();
            }
        }

        private static boolean counts(Rule rule) {
            return !RegisteredWorkload.isOne(rule.key());
        }

        private ByteBuffer hash(Rule rule) {
            bytes.clear();
            bytes.putUtf8(rule.key().toString());
            bytes.put((byte) 0);
            bytes.put(rule.resource());
            sha256.update(bytes.array(), 0, bytes.length());
            return ByteBuffer.wrap(sha256.digest());
        }

        TableDigest digest() {
            return new TableDigest(high, low);
        }
    }

    static TableDigest of(Collection<Rule> rules) {
        Sum sum = new Sum();
        rules.forEach(rule -> sum.change(null, rule));
        return sum.digest();
    }

    TableDigest plus(TableDigest other) {
        return new TableDigest(high + other.high, low + other.low);
    }

    String hex() {
        return HexFormat.of()
                .formatHex(ByteBuffer.allocate(WORDS * Long.BYTES)
                        .putLong(high)
                        .putLong(low)
                        .array());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
