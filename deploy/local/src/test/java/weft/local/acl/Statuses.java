package weft.local.acl;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.message.BinaryMessageEncoder;

/** Statuses as a proxy of another version writes them. */
final class Statuses {
    private Statuses() {}

    /** The fingerprint that leads to a schema, in hex. */
    static String fingerprint(Schema schema) {
        return String.format("%016x", SchemaNormalization.parsingFingerprint64(schema));
    }

    static byte[] ofLaterVersion(Schema schema, String proxyId) throws IOException {
        GenericRecordBuilder builder = new GenericRecordBuilder(schema).set("proxyId", proxyId);
        for (Schema.Field field : schema.getFields()) {
            if (!field.hasDefaultValue() && !field.name().equals("proxyId")) {
                builder.set(field, zero(field.schema()));
            }
        }
        GenericRecord status = builder.build();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteBuffer encoded = new BinaryMessageEncoder<GenericRecord>(GenericData.get(), schema).encode(status);
        out.write(encoded.array(), encoded.position(), encoded.remaining());
        return out.toByteArray();
    }

    private static Object zero(Schema schema) {
        return switch (schema.getType()) {
            case STRING -> "";
            case LONG -> 0L;
            case INT -> 0;
            case ENUM ->
                new GenericData.EnumSymbol(schema, schema.getEnumSymbols().get(0));
            default -> throw new IllegalArgumentException("no zero for " + schema);
        };
    }
}
