package weft.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * What a record says of its bundle, in record headers: a tombstone has no value to say it in. Immutable.
 *
 * @param revision of the bundle; header {@code r}, eight bytes big-endian
 * @param count records of the bundle on this topic without the commit record; header {@code n}, four bytes
 * @param index of this record, from 0; header {@code i}, four bytes
 * @param bundleId UUID of the bundle; header {@code b}, text
 */
public record BundleHeaders(long revision, int count, int index, String bundleId) {
    /** Key of the record that ends each bundle on the rules topic. */
    static final String COMMIT_KEY = "~commit";
    /** Keys that begin so belong to the log itself, not to a rule. */
    static final String RESERVED_PREFIX = "~";

    List<Header> toHeaders() {
        return List.of(
                new RecordHeader(
                        "r", ByteBuffer.allocate(Long.BYTES).putLong(revision).array()),
                new RecordHeader(
                        "n", ByteBuffer.allocate(Integer.BYTES).putInt(count).array()),
                new RecordHeader(
                        "i", ByteBuffer.allocate(Integer.BYTES).putInt(index).array()),
                new RecordHeader("b", bundleId.getBytes(StandardCharsets.UTF_8)));
    }

    /** Reads them; null when the record does not belong to a bundle. */
    static @Nullable BundleHeaders of(Headers headers) {
        byte[] revision = value(headers, "r", Long.BYTES);
        byte[] count = value(headers, "n", Integer.BYTES);
        byte[] index = value(headers, "i", Integer.BYTES);
        Header bundle = headers.lastHeader("b");
        if (revision == null || count == null || index == null || bundle == null || bundle.value() == null) {
            return null;
        }
        return new BundleHeaders(
                ByteBuffer.wrap(revision).getLong(),
                ByteBuffer.wrap(count).getInt(),
                ByteBuffer.wrap(index).getInt(),
                new String(bundle.value(), StandardCharsets.UTF_8));
    }

    private static byte @Nullable [] value(Headers headers, String key, int length) {
        Header header = headers.lastHeader(key);
        return header == null || header.value() == null || header.value().length != length ? null : header.value();
    }
}
