package weft.log.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.jspecify.annotations.Nullable;
import weft.log.WireCodec;
import weft.schema.VirtualService;

/**
 * A build that is newer than this one: its virtual services have a field {@code novelty} and a delegate of another type in
 * each HTTP route, one more symbol, an advisory field in the metadata; and it has a kind of its own. Thread-safe.
 */
public final class NewerBuild {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What it writes virtual services in. */
    public static final Schema VIRTUAL_SERVICE = virtualService();

    /** A kind that this build does not have. */
    public static final Schema TRAFFIC_PLAN = new Schema.Parser()
            .parse("{\"type\":\"record\",\"name\":\"TrafficPlan\",\"namespace\":\"weft.schema\",\"fields\":["
                    + "{\"name\":\"text\",\"type\":\"string\"}]}");

    private NewerBuild() {}

    private static Schema virtualService() {
        try {
            JsonNode schema = JSON.readTree(VirtualService.getClassSchema().toString());
            ArrayNode route = (ArrayNode) named(schema, "HTTPRoute").get("fields");
            route.addObject().put("name", "novelty").put("type", "string").put("default", "");
            ArrayNode delegate = (ArrayNode) named(route, "delegate").get("type");
            delegate.add(JSON.readTree("{\"type\":\"record\",\"name\":\"Plan\",\"namespace\":\"weft.schema\","
                    + "\"fields\":[{\"name\":\"steps\",\"type\":\"int\",\"default\":0}]}"));
            ((ArrayNode) named(schema, "RedirectPortSelection").get("symbols")).add("FROM_PLAN");
            ((ArrayNode) named(schema, "Metadata").get("fields"))
                    .addObject()
                    .put("name", "colour")
                    .put("type", "string")
                    .put("default", "")
                    .put("advisory", true);
            return new Schema.Parser().parse(schema.toString());
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ObjectNode named(JsonNode within, String name) {
        return (ObjectNode) Objects.requireNonNull(find(within, name), name);
    }

    private static @Nullable JsonNode find(JsonNode within, String name) {
        if (name.equals(within.path("name").asText())) {
            return within;
        }
        for (JsonNode each : within) {
            JsonNode found = find(each, name);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** A virtual service as the newer build writes it, with what {@code more} adds. */
    public static byte[] encode(VirtualService known, Consumer<GenericRecord> more) {
        Schema old = VirtualService.getClassSchema();
        byte[] bytes = new WireCodec().encode(known);
        try {
            GenericRecord record = new GenericDatumReader<GenericRecord>(old, VIRTUAL_SERVICE)
                    .read(null, DecoderFactory.get().binaryDecoder(bytes, 10, bytes.length - 10, null));
            more.accept(record);
            return encode(VIRTUAL_SERVICE, record);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Any record in single-object encoding. */
    public static byte[] encode(Schema schema, GenericRecord record) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ByteBuffer.allocate(10)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) 0xC3)
                .put((byte) 1)
                .putLong(WireCodec.fingerprint(schema))
                .array());
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        try {
            new GenericDatumWriter<GenericRecord>(schema).write(record, encoder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** The record at a field, as {@code record.get("spec")}. */
    public static GenericRecord within(GenericRecord record, String field) {
        return (GenericRecord) Objects.requireNonNull(record.get(field), field);
    }

    /** The first HTTP route of a virtual service. */
    public static GenericRecord route(GenericRecord virtualService) {
        java.util.List<?> routes =
                (java.util.List<?>) within(virtualService, "spec").get("http");
        return (GenericRecord) routes.get(0);
    }
}
