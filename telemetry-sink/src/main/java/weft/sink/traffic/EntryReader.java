package weft.sink.traffic;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import org.apache.avro.Schema;
import weft.log.WireCodec;
import weft.log.WireException;
import weft.schema.AccessLogEntry;

/** Reads counted fields from records of the access log topic. Confined to one Streams thread. */
final class EntryReader {
    private static final int HEADER_BYTES = 10;

    private final WireCodec codec;
    private final LongConsumer learn;
    private final Map<Long, EntryProjection> projections = new HashMap<>();
    private final StringPool pool = new StringPool();
    private final EntryFields fields = new EntryFields();

    /** @param learn teaches the codec a schema it does not know, when it can */
    EntryReader(WireCodec codec, LongConsumer learn) {
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
        EntryProjection projection =
                WireCodec.isSingleObject(value) ? projections.get(WireCodec.fingerprintOf(value)) : null;
        if (projection == null) {
            return decode(value);
        }
        try {
            projection.read(value, HEADER_BYTES, fields, pool);
            return fields;
        } catch (IndexOutOfBoundsException e) {
            throw new WireException(WireException.Code.CORRUPT_BODY, "body does not agree with its schema: " + e, e);
        }
    }

    /** Entries of another release: whole decoding with schema resolution. */
    private EntryFields decode(byte[] value) throws WireException {
        if (WireCodec.isSingleObject(value) && !codec.knows(WireCodec.fingerprintOf(value))) {
            learn.accept(WireCodec.fingerprintOf(value));
        }
        AccessLogEntry entry = codec.decode(value, AccessLogEntry.class);
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
}
