package weft.sink.traffic;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import weft.log.WireCodec;
import weft.log.WireException;
import weft.schema.AccessLogEntry;

/** Reads counted fields from records of the access log topic. Confined to one Streams thread. */
final class EntryReader {
    private static final int HEADER_BYTES = 10;
    private static final int ID_HEADER_BYTES = 5;

    private final WireCodec codec;
    private final Consumer<byte[]> learn;
    private final Map<Long, EntryProjection> projections = new HashMap<>();
    /** By a registry's id. */
    private final Map<Integer, EntryProjection> projectionsById = new HashMap<>();

    private final StringPool pool = new StringPool();
    private final EntryFields fields = new EntryFields();

    /** @param learn teaches the codec the schema that a value names, when it can */
    EntryReader(WireCodec codec, Consumer<byte[]> learn) {
        this.codec = codec;
        this.learn = learn;
        Schema local = AccessLogEntry.getClassSchema();
        EntryProjection projection = EntryProjection.compile(local);
        if (projection == null) {
            throw new IllegalStateException("AccessLogEntry has a field the projection cannot step over");
        }
        projections.put(WireCodec.fingerprint(local), projection);
    }

    /**
     * The fields of one record, valid until the next call.
     *
     * @throws WireException when this build cannot read the record
     */
    EntryFields read(byte[] value) throws WireException {
        boolean isRegistered = WireCodec.isRegistered(value);
        EntryProjection projection = isRegistered
                ? projectionsById.get(WireCodec.idOf(value))
                : WireCodec.isSingleObject(value) ? projections.get(WireCodec.fingerprintOf(value)) : null;
        if (projection == null) {
            return decode(value);
        }
        try {
            projection.read(value, isRegistered ? ID_HEADER_BYTES : HEADER_BYTES, fields, pool);
            return fields;
        } catch (IndexOutOfBoundsException e) {
            throw new WireException(WireException.Code.CORRUPT_BODY, "body does not agree with its schema: " + e, e);
        }
    }

    /** Entries of another release: whole decoding with schema resolution. */
    private EntryFields decode(byte[] value) throws WireException {
        if (codec.writer(value) == null) {
            learn.accept(value);
        }
        AccessLogEntry entry = codec.decode(value, AccessLogEntry.class);
        rememberId(value);
        EntryFields out = fields;
        out.startMicros = ChronoUnit.MICROS.between(Instant.EPOCH, entry.getStartTime());
        out.durationMicros = entry.getDurationMicros();
        out.bytesReceived = entry.getBytesReceived();
        out.bytesSent = entry.getBytesSent();
        out.bundle = entry.getBundleId();
        out.responseCode = entry.getResponseCode();
        out.attempts = entry.getAttempts();
        out.hasCluster = entry.getUpstreamCluster() != null;
        out.responseFlags = entry.getResponseFlags();
        out.routeName = entry.getRouteName();
        out.protocol = entry.getProtocol();
        out.reporter = entry.getReporter();
        out.ruleRef = entry.getRuleRef();
        out.sourceWorkload = entry.getSourceWorkload();
        out.sourceNamespace = entry.getSourceNamespace();
        out.destinationService = entry.getDestinationService();
        out.destinationNamespace = entry.getDestinationNamespace();
        out.destinationWorkload = entry.getDestinationWorkload();
        out.destinationVersion = entry.getDestinationVersion();
        out.subset = entry.getSubset();
        return out;
    }

    /** Ids that name the schema of this build are read as fast as its fingerprint is. */
    private void rememberId(byte[] value) {
        Long fingerprint = WireCodec.isRegistered(value) ? codec.fingerprintOfId(WireCodec.idOf(value)) : null;
        EntryProjection projection = fingerprint == null ? null : projections.get(fingerprint);
        if (projection != null) {
            projectionsById.put(WireCodec.idOf(value), projection);
        }
    }
}
