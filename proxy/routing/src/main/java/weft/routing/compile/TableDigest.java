package weft.routing.compile;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import weft.rules.Rule;
import weft.rules.RuleKey;

/**
 * A hash of a set of rules, the same on every proxy that serves the same. Confined to one thread.
 *
 * <p>Each rule is hashed once, as key and Avro bytes; the hashes add up, so that order does not matter and a change
 * costs what changed.
 */
final class TableDigest {
    private static final int WORDS = 2;

    private record Entry(Rule rule, long high, long low) {}

    private Map<RuleKey, Entry> entries = new HashMap<>();

    String of(Map<RuleKey, Rule> rules) {
        Map<RuleKey, Entry> now = new HashMap<>();
        long high = 0;
        long low = 0;
        for (Map.Entry<RuleKey, Rule> rule : rules.entrySet()) {
            Entry known = entries.get(rule.getKey());
            Entry entry = known != null && known.rule.equals(rule.getValue()) ? known : hash(rule.getValue());
            now.put(rule.getKey(), entry);
            high += entry.high;
            low += entry.low;
        }
        entries = now;
        return HexFormat.of()
                .formatHex(ByteBuffer.allocate(WORDS * Long.BYTES)
                        .putLong(high)
                        .putLong(low)
                        .array());
    }

    private static Entry hash(Rule rule) {
        MessageDigest sha = sha256();
        sha.update(rule.key().toString().getBytes(StandardCharsets.UTF_8));
        sha.update((byte) 0);
        ByteBuffer digest = ByteBuffer.wrap(sha.digest(encode(rule.resource())));
        return new Entry(rule, digest.getLong(), digest.getLong());
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
