package weft.log;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;

/** What it takes to read values again without any broker or registry, as texts to be kept beside them. Thread-safe. */
public final class SchemaNotes {
    private static final String ID_PREFIX = "id/";

    private SchemaNotes() {}

    /** A schema each as JSON, then an {@code id/N FINGERPRINT} each where values name theirs by a registry's id. */
    public static List<String> of(Collection<byte[]> values, WireCodec codec) {
        Set<String> schemas = new LinkedHashSet<>();
        Set<String> ids = new LinkedHashSet<>();
        Set<Schema> seen = new LinkedHashSet<>();
        for (byte[] value : values) {
            Schema writer = codec.writer(value);
            if (writer == null) {
                continue;
            }
            if (seen.add(writer)) {
                schemas.add(writer.toString());
            }
            if (WireCodec.isRegistered(value)) {
                ids.add(SchemaLog.idKey(WireCodec.idOf(value)) + " " + SchemaLog.key(WireCodec.fingerprint(writer)));
            }
        }
        schemas.addAll(ids);
        return List.copyOf(schemas);
    }

    /**
     * Teaches a codec what was noted.
     *
     * @throws IllegalArgumentException when a text is no note
     */
    public static void teach(List<String> notes, WireCodec codec) {
        for (String note : notes) {
            int space = note.indexOf(' ');
            try {
                if (note.startsWith(ID_PREFIX)) {
                    int id = Integer.parseInt(note.substring(ID_PREFIX.length(), Math.max(space, ID_PREFIX.length())));
                    codec.learnId(id, Long.parseUnsignedLong(note.substring(space + 1), 16));
                } else {
                    codec.learn(new Schema.Parser().parse(note));
                }
            } catch (AvroRuntimeException e) {
                throw new IllegalArgumentException("no schema: " + e.getMessage(), e);
            }
        }
    }
}
