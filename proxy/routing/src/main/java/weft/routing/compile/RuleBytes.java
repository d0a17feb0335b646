package weft.routing.compile;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericEnumSymbol;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryData;
import org.jspecify.annotations.Nullable;

/**
 * Rules in Avro's binary form, maps in order of their keys, so that equal rules have equal bytes. Confined to one thread.
 *
 * <p>Avro's own writer looks up conversions and class names for each value, which is most of what hashing all rules of a
 * large mesh costs; generated records without logical types, as rules are, need none of it.
 */
final class RuleBytes {
    private static final int FIRST_BYTES = 512;

    private byte[] bytes = new byte[FIRST_BYTES];
    private int length;

    byte[] array() {
        return bytes;
    }

    int length() {
        return length;
    }

    void clear() {
        length = 0;
    }

    void put(byte value) {
        reserve(1);
        bytes[length++] = value;
    }

    void putUtf8(String text) {
        put(text.getBytes(StandardCharsets.UTF_8));
    }

    void put(byte[] raw) {
        reserve(raw.length);
        System.arraycopy(raw, 0, bytes, length, raw.length);
        length += raw.length;
    }

    void put(IndexedRecord record) {
        List<Schema.Field> fields = record.getSchema().getFields();
        for (int i = 0; i < fields.size(); i++) {
            put(fields.get(i).schema(), record.get(i));
        }
    }

    @SuppressWarnings("NullAway") // what the schema does not allow is refused by the cast, as by Avro
    private void put(Schema schema, @Nullable Object value) {
        switch (schema.getType()) {
            case RECORD -> put((IndexedRecord) value);
            case UNION -> putUnion(schema.getTypes(), value);
            case ARRAY -> putArray(schema.getElementType(), (Collection<?>) value);
            case MAP -> putMap(schema.getValueType(), (Map<?, ?>) value);
            case STRING -> putText(value.toString());
            case ENUM -> putLong(schema.getEnumOrdinal(value.toString()));
            case INT, LONG -> putLong(((Number) value).longValue());
            case BOOLEAN -> put((byte) ((Boolean) value ? 1 : 0));
            case FLOAT -> {
                reserve(Float.BYTES);
                length += BinaryData.encodeFloat((Float) value, bytes, length);
            }
            case DOUBLE -> {
                reserve(Double.BYTES);
                length += BinaryData.encodeDouble((Double) value, bytes, length);
            }
            case BYTES -> putBlob(((ByteBuffer) value).duplicate());
            case FIXED -> put(((GenericFixed) value).bytes());
            case NULL -> {}
        }
    }

    private void putUnion(List<Schema> branches, @Nullable Object value) {
        for (int i = 0; i < branches.size(); i++) {
            if (isOf(branches.get(i), value)) {
                putLong(i);
                put(branches.get(i), value);
                return;
            }
        }
        throw new IllegalArgumentException("value " + value + " is in no branch of " + branches);
    }

    private static boolean isOf(Schema branch, @Nullable Object value) {
        return switch (branch.getType()) {
            case NULL -> value == null;
            case RECORD ->
                value instanceof IndexedRecord record
                        && record.getSchema().getFullName().equals(branch.getFullName());
            case ENUM ->
                value instanceof GenericEnumSymbol<?> symbol
                        && symbol.getSchema().getFullName().equals(branch.getFullName());
            case ARRAY -> value instanceof Collection<?>;
            case MAP -> value instanceof Map<?, ?>;
            case STRING -> value instanceof CharSequence;
            case INT -> value instanceof Integer;
            case LONG -> value instanceof Long;
            case FLOAT -> value instanceof Float;
            case DOUBLE -> value instanceof Double;
            case BOOLEAN -> value instanceof Boolean;
            case BYTES -> value instanceof ByteBuffer;
            case FIXED ->
                value instanceof GenericFixed fixed
                        && fixed.getSchema().getFullName().equals(branch.getFullName());
            case UNION -> false; // Avro nests none
        };
    }

    private void putArray(Schema of, Collection<?> items) {
        if (!items.isEmpty()) {
            putLong(items.size());
            items.forEach(item -> put(of, item));
        }
        putLong(0);
    }

    private void putMap(Schema of, Map<?, ?> map) {
        if (!map.isEmpty()) {
            putLong(map.size());
            Map<?, ?> ordered = map.size() == 1 ? map : new TreeMap<>(map);
            ordered.forEach((key, value) -> {
                putText(key.toString());
                put(of, value);
            });
        }
        putLong(0);
    }

    private void putText(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        putLong(utf8.length);
        put(utf8);
    }

    private void putBlob(ByteBuffer blob) {
        putLong(blob.remaining());
        reserve(blob.remaining());
        int count = blob.remaining();
        blob.get(bytes, length, count);
        length += count;
    }

    private void putLong(long value) {
        reserve(Long.BYTES + 2);
        length += BinaryData.encodeLong(value, bytes, length);
    }

    private void reserve(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
