package weft.sink.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/** Avro records as plain JSON with the schema's field names: missing is null, bytes are hex, times are RFC 3339. */
final class RecordJson {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private RecordJson() {}

    static ObjectNode of(IndexedRecord record) {
        ObjectNode out = JSON.objectNode();
        for (Schema.Field field : record.getSchema().getFields()) {
            put(out, field.name(), record.get(field.pos()));
        }
        return out;
    }

    private static void put(ObjectNode out, String name, @Nullable Object value) {
        if (value == null) {
            out.putNull(name);
        } else if (value instanceof Integer || value instanceof Long) {
            out.put(name, ((Number) value).longValue());
        } else if (value instanceof Double d) {
            out.put(name, d);
        } else if (value instanceof Boolean b) {
            out.put(name, b);
        } else if (value instanceof IndexedRecord record) {
            out.set(name, of(record));
        } else if (value instanceof Map<?, ?> map) {
            ObjectNode inner = JSON.objectNode();
            map.forEach((key, item) -> put(inner, String.valueOf(key), item));
            out.set(name, inner);
        } else if (value instanceof Collection<?> items) {
            ArrayNode inner = JSON.arrayNode();
            ObjectNode one = JSON.objectNode();
            for (Object item : items) {
                put(one, name, item);
                inner.add(one.get(name));
            }
            out.set(name, inner);
        } else if (value instanceof ByteBuffer bytes) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.duplicate().get(copy);
            out.put(name, HexFormat.of().formatHex(copy));
        } else {
            out.put(name, String.valueOf(value));
        }
    }
}
