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
 * body. Or Confluent's wire format: {@code 00}, a registry's id of the schema in big-endian, the body. Thread-safe.
 *
 * <p>A reader looks the fingerprint up among the schemas it was told of with {@link #learn}, the id among those of
 * {@link #learnId}; Avro's schema resolution then turns the writer's record into this build's class of the same full
 * name, so old readers meet new events and the other way round. It takes both formats at any time; it writes the second
 * where it was given an id with {@link #useId}.
 */
public final class WireCodec {
    private static final byte MARKER_0 = (byte) 0xC3;
    private static final byte MARKER_1 = 0x01;
    private static final int HEADER_BYTES = 10;
    private static final int ID_HEADER_BYTES = 5;
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

    /** What values of one schema begin with; another from one moment to the next, when an id is there. */
    public static final class Header {
        private final byte[] singleObject;
        private volatile byte[] bytes;

        private Header(byte[] singleObject) {
            this.singleObject = singleObject;
            this.bytes = singleObject;
        }

        /** Not to be changed. */
        public byte[] bytes() {
            return bytes;
        }
    }

    private record Encoding(Header header, SpecificDatumWriter<SpecificRecord> writer) {}

    private record Frame(long fingerprint, int length) {}

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
    /** Ids remembered; a mesh has some for each schema of each release. */
    private static final int ID_CAPACITY = 4096;

    private final ConcurrentHashMap<Long, SpecificDatumReader<SpecificRecord>> readers = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Long, Schema> writers = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Long, NewerWords> newerWords = new ConcurrentHashMap<>();
    /** Full names of what this build has no class for. */
    private final ConcurrentHashMap<Long, String> foreign = new ConcurrentHashMap<>();

    private final ConcurrentHashMap<Schema, Encoding> encodings = new ConcurrentHashMap<>();
    /** Fingerprint by a registry's id. */
    private final ConcurrentHashMap<Integer, Long> ids = new ConcurrentHashMap<>();

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

    /** Makes values readable that name their schema by this id; what an id was learnt for first counts. */
    public void learnId(int id, long fingerprint) {
        if (ids.size() < ID_CAPACITY) {
            ids.putIfAbsent(id, fingerprint);
        }
    }

    /** Writes records of this schema, which must be a class's own, with this id from now on. */
    public void useId(Schema schema, int id) {
        learnId(id, fingerprint(schema));
        header(schema).bytes =
                ByteBuffer.allocate(ID_HEADER_BYTES).put((byte) 0).putInt(id).array();
    }

    /** What values of this schema begin with, for those who write the body themselves. */
    public Header header(Schema schema) {
        return encodings.computeIfAbsent(schema, WireCodec::encodingOf).header();
    }

    /** Encodes one record in its own class's schema. */
    public byte[] encode(SpecificRecord value) {
        Encoding encoding = encodings.computeIfAbsent(value.getSchema(), WireCodec::encodingOf);
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        out.writeBytes(encoding.header().bytes());
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
        return new Encoding(new Header(header), new SpecificDatumWriter<>(schema));
    }

    /** Whether the bytes begin as single-object encoding does. */
    public static boolean isSingleObject(byte[] bytes) {
        return bytes.length >= HEADER_BYTES && bytes[0] == MARKER_0 && bytes[1] == MARKER_1;
    }

    /** Fingerprint of the writer's schema; the bytes must be {@link #isSingleObject}. */
    public static long fingerprintOf(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(2);
    }

    /** Whether the bytes begin as Confluent's wire format does. */
    public static boolean isRegistered(byte[] bytes) {
        return bytes.length >= ID_HEADER_BYTES && bytes[0] == 0;
    }

    /** A registry's id of the writer's schema; the bytes must be {@link #isRegistered}. */
    public static int idOf(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getInt(1);
    }

    /** Fingerprint of the schema that this id was learnt for; null for none. */
    public @Nullable Long fingerprintOfId(int id) {
        return ids.get(id);
    }

    /** Null when the bytes begin in neither format, or with an id that is not known. */
    private @Nullable Frame frame(byte[] bytes) {
        if (isSingleObject(bytes)) {
            return new Frame(fingerprintOf(bytes), HEADER_BYTES);
        }
        Long fingerprint = isRegistered(bytes) ? ids.get(idOf(bytes)) : null;
        return fingerprint == null ? null : new Frame(fingerprint, ID_HEADER_BYTES);
    }

    /** The writer's schema of a value; null when it is not known. */
    public @Nullable Schema writer(byte[] value) {
        Frame frame = frame(value);
        return frame == null ? null : schema(frame.fingerprint());
    }

    /** The same value in single-object encoding, which needs no registry; as it is when its id is not known. */
    public byte[] inSingleObject(byte[] value) {
        Schema writer = isRegistered(value) ? writer(value) : null;
        return writer == null ? value : withHeader(encodingOf(writer).header().singleObject, value, ID_HEADER_BYTES);
    }

    /** The same value as this codec would write it; it must be in single-object encoding, in a schema of this build. */
    public byte[] reframed(byte[] value, Schema schema) {
        Header header = header(schema);
        byte[] bytes = header.bytes();
        return bytes.length == HEADER_BYTES ? value : withHeader(bytes, value, HEADER_BYTES);
    }

    private static byte[] withHeader(byte[] header, byte[] value, int bodyAt) {
        byte[] out = new byte[header.length + value.length - bodyAt];
        System.arraycopy(header, 0, out, 0, header.length);
        System.arraycopy(value, bodyAt, out, header.length, value.length - bodyAt);
        return out;
    }

    /**
     * Decodes one record.
     *
     * @throws WireException when the frame, the schema or the body is not one this build can read
     */
    public SpecificRecord decode(byte[] bytes) throws WireException {
        Frame frame = frame(bytes);
        if (frame == null) {
            throw isRegistered(bytes)
                    ? new WireException(
                            WireException.Code.UNKNOWN_SCHEMA,
                            "schema id " + idOf(bytes) + " is not known to this build")
                    : new WireException(
                            WireException.Code.BAD_FRAME,
                            "value does not begin with C3 01 and a fingerprint (length: " + bytes.length + ")");
        }
        long fingerprint = frame.fingerprint();
        SpecificDatumReader<SpecificRecord> reader = readers.get(fingerprint);
        if (reader == null) {
            throw unknown(fingerprint);
        }
        try {
            NewerWords newer = newerWords.get(fingerprint);
            if (newer != null) {
                newer.require(bytes, frame.length());
            }
            return reader.read(
                    null,
                    DecoderFactory.get().binaryDecoder(bytes, frame.length(), bytes.length - frame.length(), null));
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
