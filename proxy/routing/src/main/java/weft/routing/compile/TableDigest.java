package weft.routing.compile;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import weft.rules.Rule;

/**
 * A hash of a set of rules, the same on every proxy that serves the same. Immutable.
 *
 * <p>Each rule is hashed by itself, as key and Avro bytes; the hashes add up, so that order and history do not matter and
 * a change costs what changed.
 */
record TableDigest(long high, long low) {
    static final TableDigest EMPTY = new TableDigest(0, 0);

    private static final int WORDS = 2;

    /** With one more rule. */
    TableDigest plus(Rule rule) {
        ByteBuffer hash = hash(rule);
        return new TableDigest(high + hash.getLong(), low + hash.getLong());
    }

    /** Without one of its rules. */
    TableDigest minus(Rule rule) {
        ByteBuffer hash = hash(rule);
        return new TableDigest(high - hash.getLong(), low - hash.getLong());
    }

    String hex() {
        return HexFormat.of()
                .formatHex(ByteBuffer.allocate(WORDS * Long.BYTES)
                        .putLong(high)
                        .putLong(low)
                        .array());
    }

    private static ByteBuffer hash(Rule rule) {
        MessageDigest sha = sha256();
        sha.update(rule.key().toString().getBytes(StandardCharsets.UTF_8));
        sha.update((byte) 0);
        return ByteBuffer.wrap(sha.digest(encode(rule.resource())));
    }

    private static byte[] encode(SpecificRecord resource) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        try {
            new SortedMapWriter(resource.getSchema()).write(resource, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Writes maps in order of their keys: equal records have equal bytes. */
    private static final class SortedMapWriter extends SpecificDatumWriter<SpecificRecord> {
        SortedMapWriter(Schema schema) {
            super(schema);
        }

        @Override
        protected Iterable<Map.Entry<Object, Object>> getMapEntries(Object map) {
            return new TreeMap<Object, Object>((Map<?, ?>) map).entrySet();
        }
    }
}
