package weft.log;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.jspecify.annotations.Nullable;

/**
 * What a signature covers: the name of the topic and the commit record, with all of its fields but the signature. It
 * names the revision, the commit before it, the records of the bundle and the state after it, so nothing of a bundle can
 * be changed, moved elsewhere, put in another order or written again. Thread-safe.
 */
final class BundleSignature {
    private static final String DOMAIN = "weft bundle 1\n";
    private static final String FIELD = "signature";
    private static final int HEADER_BYTES = 10;

    private BundleSignature() {}

    /** SHA-256 over the records of one bundle, in order of their index. */
    static byte[] ofRecords(List<BundleRecord> records) {
        MessageDigest sha256 = StateDigest.sha256();
        records.stream()
                .sorted((a, b) ->
                        Integer.compare(a.headers().index(), b.headers().index()))
                .forEach(each -> add(sha256, each.key(), each.value()));
        return sha256.digest();
    }

    /**
     * SHA-256 over all live keys and values. Unlike the state digest it cannot be made to agree by who chooses values; it
     * costs the whole table, and so is asked for only where the state was not followed record by record.
     */
    static byte[] ofTable(SortedMap<String, byte[]> live) {
        MessageDigest sha256 = StateDigest.sha256();
        for (Map.Entry<String, byte[]> each : live.entrySet()) {
            add(sha256, each.getKey(), each.getValue());
        }
        return sha256.digest();
    }

    private static void add(MessageDigest sha256, String key, byte @Nullable [] value) {
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        sha256.update(ByteBuffer.allocate(2 * Integer.BYTES)
                .putInt(name.length)
                .putInt(value == null ? -1 : value.length)
                .array());
        sha256.update(name);
        if (value != null) {
            sha256.update(value);
        }
    }

    /** @param unsigned an encoded commit whose signature is empty */
    static byte[] signedBytes(String topic, byte[] unsigned) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(unsigned.length + 64);
        out.writeBytes((DOMAIN + topic + "\n").getBytes(StandardCharsets.UTF_8));
        out.writeBytes(unsigned);
        return out.toByteArray();
    }

    /**
     * The commit as it was before it was signed, also when its writer knew fields that this build does not.
     *
     * @param writer its writer's schema
     * @return null when it has no signature
     */
    static byte @Nullable [] unsigned(byte[] commit, Schema writer) {
        try {
            GenericRecord record = new GenericDatumReader<GenericRecord>(writer)
                    .read(
                            null,
                            DecoderFactory.get()
                                    .binaryDecoder(commit, HEADER_BYTES, commit.length - HEADER_BYTES, null));
            if (!record.hasField(FIELD)) {
                return null;
            }
            record.put(FIELD, ByteBuffer.allocate(0));
            ByteArrayOutputStream out = new ByteArrayOutputStream(commit.length);
            out.write(commit, 0, HEADER_BYTES);
            BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
            new GenericDatumWriter<GenericRecord>(writer).write(record, encoder);
            encoder.flush();
            return out.toByteArray();
        } catch (IOException | RuntimeException e) { // it was decoded once, so this is no commit of ours
            return null;
        }
    }
}
