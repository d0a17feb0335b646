package weft.sink.traffic;

import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Reads the counted fields of an access log entry straight from Avro's bytes and steps over the rest. Immutable; each
 * reading thread has its own {@link EntryFields} and {@link StringPool}.
 *
 * <p>Compiled from the writer's schema, so a field more or a new order does no harm. Costs a fraction of decoding the
 * whole record, which is most of what an aggregator does.
 */
final class EntryProjection {
    private enum Wire {
        STRING,
        NUMBER,
        NULLABLE_STRING,
        NULLABLE_NUMBER,
        STRING_MAP
    }

    private enum Target {
        NONE,
        START_TIME,
        DURATION_MICROS,
        BYTES_RECEIVED,
        BYTES_SENT,
        BUNDLE_ID,
        RESPONSE_CODE,
        ATTEMPTS,
        UPSTREAM_CLUSTER,
        RESPONSE_FLAGS,
        ROUTE_NAME,
        PROTOCOL,
        REPORTER,
        RULE_REF,
        SOURCE_WORKLOAD,
        SOURCE_NAMESPACE,
        DESTINATION_SERVICE,
        DESTINATION_NAMESPACE,
        DESTINATION_WORKLOAD,
        DESTINATION_VERSION,
        SUBSET
    }

    private static final Map<String, Target> TARGETS = Map.ofEntries(
            Map.entry("start_time", Target.START_TIME),
            Map.entry("duration_micros", Target.DURATION_MICROS),
            Map.entry("bytes_received", Target.BYTES_RECEIVED),
            Map.entry("bytes_sent", Target.BYTES_SENT),
            Map.entry("bundle_id", Target.BUNDLE_ID),
            Map.entry("response_code", Target.RESPONSE_CODE),
            Map.entry("attempts", Target.ATTEMPTS),
            Map.entry("upstream_cluster", Target.UPSTREAM_CLUSTER),
            Map.entry("response_flags", Target.RESPONSE_FLAGS),
            Map.entry("route_name", Target.ROUTE_NAME),
            Map.entry("protocol", Target.PROTOCOL),
            Map.entry("reporter", Target.REPORTER),
            Map.entry("rule_ref", Target.RULE_REF),
            Map.entry("source_workload", Target.SOURCE_WORKLOAD),
            Map.entry("source_namespace", Target.SOURCE_NAMESPACE),
            Map.entry("destination_service", Target.DESTINATION_SERVICE),
            Map.entry("destination_namespace", Target.DESTINATION_NAMESPACE),
            Map.entry("destination_workload", Target.DESTINATION_WORKLOAD),
            Map.entry("destination_version", Target.DESTINATION_VERSION),
            Map.entry("subset", Target.SUBSET));

    private final Wire[] wires;
    private final Target[] targets;

    private EntryProjection(Wire[] wires, Target[] targets) {
        this.wires = wires;
        this.targets = targets;
    }

    /** Null when the writer's schema has another shape than strings, numbers and maps, or lacks a counted field. */
    static @Nullable EntryProjection compile(Schema writer) {
        List<Schema.Field> fields = writer.getFields();
        Wire[] wires = new Wire[fields.size()];
        Target[] targets = new Target[fields.size()];
        int found = 0;
        for (int i = 0; i < wires.length; i++) {
            Wire wire = wireOf(fields.get(i).schema());
            if (wire == null) {
                return null;
            }
            wires[i] = wire;
            targets[i] = TARGETS.getOrDefault(fields.get(i).name(), Target.NONE);
            found += targets[i] == Target.NONE ? 0 : 1;
        }
        return found == TARGETS.size() ? new EntryProjection(wires, targets) : null;
    }

    private static @Nullable Wire wireOf(Schema schema) {
        return switch (schema.getType()) {
            case STRING -> Wire.STRING;
            case INT, LONG -> Wire.NUMBER;
            case MAP -> schema.getValueType().getType() == Schema.Type.STRING ? Wire.STRING_MAP : null;
            case UNION -> nullable(schema.getTypes());
            default -> null;
        };
    }

    private static @Nullable Wire nullable(List<Schema> types) {
        if (types.size() != 2 || types.get(0).getType() != Schema.Type.NULL) {
            return null;
        }
        return switch (types.get(1).getType()) {
            case STRING -> Wire.NULLABLE_STRING;
            case INT, LONG -> Wire.NULLABLE_NUMBER;
            default -> null;
        };
    }

    /**
     * Reads one body.
     *
     * @throws IndexOutOfBoundsException when the bytes end too early or a length makes no sense
     */
    void read(byte[] bytes, int from, EntryFields out, StringPool pool) {
        AvroCursor cursor = new AvroCursor(bytes, from);
        for (int i = 0; i < wires.length; i++) {
            switch (wires[i]) {
                case STRING -> string(cursor, targets[i], out, pool);
                case NUMBER -> number(targets[i], cursor.number(), out);
                case NULLABLE_STRING -> {
                    boolean isPresent = cursor.number() != 0;
                    if (isPresent) {
                        cursor.skip(cursor.length());
                    }
                    if (targets[i] == Target.UPSTREAM_CLUSTER) {
                        out.hasCluster = isPresent;
                    }
                }
                case NULLABLE_NUMBER -> {
                    if (cursor.number() != 0) {
                        cursor.number();
                    }
                }
                case STRING_MAP -> cursor.skipStringMap();
            }
        }
    }

    private static void string(AvroCursor cursor, Target target, EntryFields out, StringPool pool) {
        int length = cursor.length();
        int at = cursor.skip(length);
        if (target != Target.NONE) {
            string(target, pool.get(cursor.bytes(), at, length), out);
        }
    }

    private static void string(Target target, String value, EntryFields out) {
        switch (target) {
            case RESPONSE_FLAGS -> out.responseFlags = value;
            case ROUTE_NAME -> out.routeName = value;
            case PROTOCOL -> out.protocol = value;
            case REPORTER -> out.reporter = value;
            case RULE_REF -> out.ruleRef = value;
            case SOURCE_WORKLOAD -> out.sourceWorkload = value;
            case SOURCE_NAMESPACE -> out.sourceNamespace = value;
            case DESTINATION_SERVICE -> out.destinationService = value;
            case DESTINATION_NAMESPACE -> out.destinationNamespace = value;
            case DESTINATION_WORKLOAD -> out.destinationWorkload = value;
            case DESTINATION_VERSION -> out.destinationVersion = value;
            case SUBSET -> out.subset = value;
            default -> throw new IllegalStateException("string field: " + target);
        }
    }

    private static void number(Target target, long value, EntryFields out) {
        switch (target) {
            case NONE -> {}
            case START_TIME -> out.startMicros = value;
            case DURATION_MICROS -> out.durationMicros = value;
            case BYTES_RECEIVED -> out.bytesReceived = value;
            case BYTES_SENT -> out.bytesSent = value;
            case BUNDLE_ID -> out.bundle = value;
            case RESPONSE_CODE -> out.responseCode = (int) value;
            case ATTEMPTS -> out.attempts = (int) value;
            default -> throw new IllegalStateException("number field: " + target);
        }
    }
}
