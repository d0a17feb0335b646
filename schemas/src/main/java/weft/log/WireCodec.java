package weft.log;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.avro.AvroTypeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.util.ClassSecurityValidator;
import org.jspecify.annotations.Nullable;
import weft.schema.AccessLogEntry;
import weft.schema.AuthorizationPolicy;
import weft.schema.Bundle;
import weft.schema.Commit;
import weft.schema.DestinationRule;
import weft.schema.EndpointSlice;
import weft.schema.Endpoints;
import weft.schema.Gateway;
import weft.schema.HealthCheckPolicy;
import weft.schema.HealthReport;
import weft.schema.MetricBatch;
import weft.schema.PeerAuthentication;
import weft.schema.ProxyConfig;
import weft.schema.ProxyStatus;
import weft.schema.QuotaReport;
import weft.schema.RateLimitPolicy;
import weft.schema.RequestAuthentication;
import weft.schema.Service;
import weft.schema.ServiceEntry;
import weft.schema.Sidecar;
import weft.schema.Telemetry;
import weft.schema.TrafficWindow;
import weft.schema.VirtualService;
import weft.schema.Workload;
import weft.schema.WorkloadEntry;
import weft.schema.WorkloadGroup;

/**
 * Avro single-object encoding: {@code C3 01}, the CRC-64-AVRO fingerprint of the writer's schema in little-endian, the
 * body. Thread-safe.
 *
 * <p>A reader looks the fingerprint up among the schemas it was told of with {@link #learn}; Avro's schema resolution
 * then turns the writer's record into this build's class of the same full name, so old readers meet new events and the
 * other way round.
 */
public final class WireCodec {
    private static final byte MARKER_0 = (byte) 0xC3;
    private static final byte MARKER_1 = 0x01;
    private static final int HEADER_BYTES = 10;
    /** Items of one array or map: each takes at least a byte of a record, but for those of no content at all. */
    private static final int MAX_ITEMS = 1 << 20;

    static {
        // Lengths inside a record are its writer's word: none may make a reader allocate more than a record can hold.
        System.setProperty("org.apache.avro.limits.bytes.maxLength", String.valueOf(MeshTopics.MAX_RECORD_BYTES));
        System.setProperty("org.apache.avro.limits.string.maxLength", String.valueOf(MeshTopics.MAX_RECORD_BYTES));
        System.setProperty("org.apache.avro.limits.collectionItems.maxLength", String.valueOf(MAX_ITEMS));
        // Avro 1.12.2 refuses generated classes until their package is trusted (AVRO-4189).
        ClassSecurityValidator.setGlobal(ClassSecurityValidator.composite(
                ClassSecurityValidator.DEFAULT, c -> c.getName().startsWith("weft.schema.")));
    }

    private record Encoding(byte[] header, SpecificDatumWriter<SpecificRecord> writer) {}

    /** Every record that crosses the log by itself: kinds, bundle, workload, status and telemetry. */
    private static final List<Schema> LOCAL = List.of(
            Gateway.getClassSchema(),
            VirtualService.getClassSchema(),
            DestinationRule.getClassSchema(),
            ServiceEntry.getClassSchema(),
            WorkloadEntry.getClassSchema(),
            WorkloadGroup.getClassSchema(),
            Sidecar.getClassSchema(),
            PeerAuthentication.getClassSchema(),
            RequestAuthentication.getClassSchema(),
            AuthorizationPolicy.getClassSchema(),
            Telemetry.getClassSchema(),
            ProxyConfig.getClassSchema(),
            RateLimitPolicy.getClassSchema(),
            Service.getClassSchema(),
            Endpoints.getClassSchema(),
            EndpointSlice.getClassSchema(),
            HealthCheckPolicy.getClassSchema(),
            Commit.getClassSchema(),
            Bundle.getClassSchema(),
            Workload.getClassSchema(),
            HealthReport.getClassSchema(),
            ProxyStatus.getClassSchema(),
            QuotaReport.getClassSchema(),
            AccessLogEntry.getClassSchema(),
            MetricBatch.getClassSchema(),
            TrafficWindow.getClassSchema());

    /** By full name: a schema that somebody else wrote names no class to be loaded. */
    private static final Map<String, Schema> LOCAL_BY_NAME =
            LOCAL.stream().collect(Collectors.toUnmodifiableMap(Schema::getFullName, schema -> schema));

    /** Schemas remembered of records that this build has no class for. */
    private static final int FOREIGN_CAPACITY = 256;

    private final ConcurrentHashMap<Long, SpecificDatumReader<SpecificRecord>> readers = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Long, Schema> writers = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Long, NewerWords> newerWords = new ConcurrentHashMap<>();
    /** Full names of what this build has no class for. */
    private final ConcurrentHashMap<Long, String> foreign = new ConcurrentHashMap<>();

    private final ConcurrentHashMap<Schema, Encoding> encodings = new ConcurrentHashMap<>();

    /** A codec that reads everything this build can write. */
    public static WireCodec withLocalSchemas() {
        WireCodec codec = new WireCodec();
        LOCAL.forEach(codec::learn);
        return codec;
    }

    /** Schemas of every record that crosses the log by itself. */
    static List<Schema> localSchemas() {
        return LOCAL;
    }

    /** CRC-64-AVRO of the schema's parsing canonical form. */
    public static long fingerprint(Schema schema) {
        return SchemaNormalization.parsingFingerprint64(schema);
    }

    /**
     * Makes records of this writer's schema readable. A schema whose full name has no class in this build stays unreadable.
     *
     * @return whether this build has a class for it
     */
    public boolean learn(Schema writer) {
        Schema reader = writer.getType() == Schema.Type.RECORD ? LOCAL_BY_NAME.get(writer.getFullName()) : null;
        long fingerprint = fingerprint(writer);
        if (reader == null) {
            if (foreign.size() < FOREIGN_CAPACITY) {
                foreign.putIfAbsent(fingerprint, String.valueOf(writer.getName()));
            }
            return false;
        }
        NewerWords words = NewerWords.between(writer, reader);
        if (words != null) {
            newerWords.putIfAbsent(fingerprint, words);
        }
        writers.putIfAbsent(fingerprint, writer);
        readers.computeIfAbsent(fingerprint, f -> new SpecificDatumReader<>(writer, reader));
        return true;
    }

    /** Whether {@link #learn} was told of this schema. */
    public boolean knows(long fingerprint) {
        return readers.containsKey(fingerprint) || foreign.containsKey(fingerprint);
    }

    /** The writer's schema of this fingerprint; null when it is not known. */
    public @Nullable Schema schema(long fingerprint) {
        return writers.get(fingerprint);
    }

    /** Encodes one record in its own class's schema. */
    public byte[] encode(SpecificRecord value) {
        Encoding encoding = encodings.computeIfAbsent(value.getSchema(), WireCodec::encodingOf);
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        out.writeBytes(encoding.header());
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        try {
            encoding.writer().write(value, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("a byte array refused bytes", e);
        }
        return out.toByteArray();
    }

    private static Encoding encodingOf(Schema schema) {
        byte[] header = ByteBuffer.allocate(HEADER_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(MARKER_0)
                .put(MARKER_1)
                .putLong(fingerprint(schema))
                .array();
        return new Encoding(header, new SpecificDatumWriter<>(schema));
    }

    /** Whether the bytes begin as single-object encoding does. */
    public static boolean isSingleObject(byte[] bytes) {
        return bytes.length >= HEADER_BYTES && bytes[0] == MARKER_0 && bytes[1] == MARKER_1;
    }

    /** Fingerprint of the writer's schema; the bytes must be {@link #isSingleObject}. */
    public static long fingerprintOf(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(2);
    }

    /**
     * Decodes one record.
     *
     * @throws WireException when the frame, the schema or the body is not one this build can read
     */
    public SpecificRecord decode(byte[] bytes) throws WireException {
        if (!isSingleObject(bytes)) {
            throw new WireException(
                    WireException.Code.BAD_FRAME,
                    "value does not begin with C3 01 and a fingerprint (length: " + bytes.length + ")");
        }
        long fingerprint = fingerprintOf(bytes);
        SpecificDatumReader<SpecificRecord> reader = readers.get(fingerprint);
        if (reader == null) {
            throw unknown(fingerprint);
        }
        try {
            NewerWords newer = newerWords.get(fingerprint);
            if (newer != null) {
                newer.require(bytes, HEADER_BYTES);
            }
            return reader.read(
                    null, DecoderFactory.get().binaryDecoder(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES, null));
        } catch (AvroTypeException e) {
            throw new WireException(
                    WireException.Code.INCOMPATIBLE_SCHEMA,
                    "schema fingerprint " + Long.toHexString(fingerprint) + " is no version this build can read: "
                            + e.getMessage(),
                    e);
        } catch (IOException | RuntimeException e) { // whatever Avro makes of bytes that somebody chose
            throw new WireException(WireException.Code.CORRUPT_BODY, "body does not agree with its schema: " + e, e);
        } catch (StackOverflowError e) {
            throw new WireException(WireException.Code.CORRUPT_BODY, "body is nested too deeply", e);
        }
    }

    private WireException unknown(long fingerprint) {
        String name = foreign.get(fingerprint);
        return name == null
                ? new WireException(
                        WireException.Code.UNKNOWN_SCHEMA,
                        "schema fingerprint " + Long.toHexString(fingerprint) + " is not known to this build")
                : new WireException(
                        WireException.Code.UNKNOWN_TYPE,
                        "written by a newer weft: record " + name + " is not known to this build");
    }

    /**
     * Decodes one record of a known type.
     *
     * @throws WireException as {@link #decode(byte[])}, and when the record is of another type
     */
    public <T extends SpecificRecord> T decode(byte[] bytes, Class<T> type) throws WireException {
        SpecificRecord value = decode(bytes);
        if (!type.isInstance(value)) {
            throw new WireException(
                    WireException.Code.UNKNOWN_TYPE,
                    "record type: " + value.getSchema().getFullName() + " (expected: " + type.getName() + ")");
        }
        return type.cast(value);
    }
}
