package weft.log;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import weft.log.registry.RegistryException;
import weft.log.registry.SchemaRegistry;
import weft.schema.AccessLogEntry;
import weft.schema.MetricBatch;
import weft.schema.TrafficWindow;

/**
 * The ids that a registry has for what this build writes. Confined to its owner's thread.
 *
 * <p>An id is asked for once in the life of a mesh: it is written to the schemas topic before the first value that names
 * it, and taken from there ever after, by readers and writers alike, whatever becomes of the registry.
 */
public final class SchemaIds {
    /** A schema and the name that it goes by in the registry. */
    public record Subject(String name, Schema schema) {}

    private final SchemaLog log;
    private final WireCodec codec;
    private final SchemaRegistry registry;

    public SchemaIds(SchemaLog log, WireCodec codec, SchemaRegistry registry) {
        this.log = log;
        this.codec = codec;
        this.registry = registry;
    }

    /** What a proxy writes; a topic of one record type has the subject that tools look for, {@code TOPIC-value}. */
    public static List<Subject> ofProxies(TopicNames names) {
        return List.of(
                new Subject(names.accessLogs() + "-value", AccessLogEntry.getClassSchema()),
                new Subject(names.metrics() + "-value", MetricBatch.getClassSchema()));
    }

    /** What an aggregator writes. */
    public static List<Subject> ofAggregators(TopicNames names) {
        return List.of(new Subject(names.traffic() + "-value", TrafficWindow.getClassSchema()));
    }

    /** A record of the rules topic, which has many types: {@code TOPIC-RECORD}. */
    public static Subject ofRules(TopicNames names, Schema schema) {
        return new Subject(names.rules() + "-" + schema.getFullName(), schema);
    }

    /**
     * Makes the codec write these schemas with their ids, as far as they are to be had.
     *
     * @return why not, for each that goes on in single-object encoding; empty when all have one
     */
    public List<String> assign(Collection<Subject> subjects) {
        try {
            return assign(subjects, log.read());
        } catch (KafkaException | KafkaUnreachableException e) {
            return List.of("schema ids could not be read: " + e.getMessage());
        }
    }

    /** As above, by what the schemas topic holds; what is written to it is added to {@code records}. */
    List<String> assign(Collection<Subject> subjects, Map<String, String> records) {
        Map<String, Integer> known = ids(records);
        List<String> problems = new ArrayList<>();
        for (Subject subject : subjects) {
            try {
                Integer id = known.get(SchemaLog.key(WireCodec.fingerprint(subject.schema())));
                codec.useId(subject.schema(), id == null ? register(subject, records) : id);
            } catch (RegistryException e) {
                problems.add(e.getMessage());
                if (e.reason() == RegistryException.Reason.UNREACHABLE) {
                    return problems; // each further one would have to wait as long
                }
            } catch (KafkaException | KafkaUnreachableException e) {
                problems.add("schema id could not be written down: " + e.getMessage());
            }
        }
        return problems;
    }

    /** Ids on the schemas topic by the record key of their schema; the lowest where one has several. */
    static Map<String, Integer> ids(Map<String, String> records) {
        Map<String, Integer> ids = new HashMap<>();
        records.forEach((key, fingerprint) -> {
            Integer id = SchemaLog.idOfKey(key);
            if (id != null) {
                ids.merge(fingerprint, id, Math::min);
            }
        });
        return ids;
    }

    private int register(Subject subject, Map<String, String> records) throws RegistryException {
        String json = subject.schema().toString();
        String fingerprint = SchemaLog.key(WireCodec.fingerprint(subject.schema()));
        int id = registry.register(subject.name(), json);
        if (!fingerprint.equals(fingerprintAt(registry, id))) {
            throw refused(subject, "id " + id + " is that of another schema there");
        }
        String taken = records.get(SchemaLog.idKey(id));
        if (taken != null && !taken.equals(fingerprint)) {
            throw refused(subject, "id " + id + " names another schema on this log; was the registry made anew?");
        }
        Map<String, String> written = new LinkedHashMap<>();
        if (!records.containsKey(fingerprint)) {
            written.put(fingerprint, json);
        }
        written.put(SchemaLog.idKey(id), fingerprint);
        log.write(written);
        records.putAll(written);
        return id;
    }

    private RegistryException refused(Subject subject, String why) {
        return RegistryException.refused(registry.address() + ": " + subject.name() + ": " + why);
    }

    /**
     * How the registry stands to what the log says of it; empty when there is nothing to say.
     *
     * @throws RegistryException when it does not answer
     * @throws KafkaUnreachableException when no broker answers within the timeout
     */
    public List<String> disagreements() throws RegistryException {
        List<String> found = new ArrayList<>();
        for (Map.Entry<String, String> each : new TreeMap<>(log.read()).entrySet()) {
            Integer id = SchemaLog.idOfKey(each.getKey());
            if (id == null) {
                continue;
            }
            String there = fingerprintAt(registry, id);
            if (there == null) {
                found.add("id " + id + " of the log is not known to the registry");
            } else if (!there.equals(each.getValue())) {
                found.add("id " + id + " is another schema in the registry than on the log");
            }
        }
        return found;
    }

    /** Record key of the schema that a registry has at an id; null for none that could be read. */
    static @Nullable String fingerprintAt(SchemaRegistry registry, int id) throws RegistryException {
        String text = registry.schema(id);
        try {
            return text == null ? null : SchemaLog.key(WireCodec.fingerprint(SchemaText.parse(text)));
        } catch (AvroRuntimeException e) {
            return null;
        }
    }
}
