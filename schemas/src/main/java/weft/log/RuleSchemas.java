package weft.log;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;
import weft.log.registry.SchemaRegistry;
import weft.schema.Bundle;
import weft.schema.Commit;

/** Sees to it that the log knows the schemas of a bundle before the bundle is there. Confined to the publisher's thread. */
final class RuleSchemas {
    private final SchemaLog log;
    private final TopicNames names;
    private final Supplier<LogPast> past;
    private final @Nullable SchemaIds ids;
    private final Set<Schema> published = new LinkedHashSet<>();
    private final Set<Schema> identified = new LinkedHashSet<>();
    /** What the topic was seen to have; it never loses a schema. Null until it was read. */
    private @Nullable Map<String, String> records;

    private List<String> notices = List.of();

    /** @param registry whose ids bundles are written with, null for single-object encoding */
    RuleSchemas(
            SchemaLog log,
            TopicNames names,
            WireCodec codec,
            Supplier<LogPast> past,
            @Nullable SchemaRegistry registry) {
        this.log = log;
        this.names = names;
        this.past = past;
        this.ids = registry == null ? null : new SchemaIds(log, codec, registry);
    }

    /** What the topic has, read once. */
    Map<String, String> records() {
        Map<String, String> known = records;
        if (known == null) {
            known = log.read(past.get());
            records = known;
        }
        return known;
    }

    /** Lets the codec write with the registry's ids what this draft leads to; where there is none, as ever. */
    void identify(BundleDraft draft) {
        Set<Schema> needed = needed(draft);
        needed.removeAll(identified);
        if (ids == null || needed.isEmpty()) {
            return;
        }
        List<SchemaIds.Subject> subjects = needed.stream()
                .map(schema -> schema.equals(Bundle.getClassSchema())
                        ? new SchemaIds.Subject(names.journal() + "-value", schema)
                        : SchemaIds.ofRules(names, schema))
                .toList();
        notices = ids.assign(subjects, records());
        identified.addAll(
                needed); // asked once for each bundle is enough: an id that is missing keeps nobody waiting twice
    }

    /** Why bundles are not written with the registry's ids; empty when they are, or none are wanted. */
    List<String> notices() {
        return notices;
    }

    /** Writes those schemas of the draft that the topic lacks; returns when they are durable. */
    void publish(BundleDraft draft) {
        Set<Schema> needed = needed(draft);
        if (!published.containsAll(needed)) {
            log.publish(needed, records().keySet());
            published.addAll(needed);
        }
    }

    private static Set<Schema> needed(BundleDraft draft) {
        Set<Schema> needed = new LinkedHashSet<>(List.of(Commit.getClassSchema(), Bundle.getClassSchema()));
        draft.upserts().forEach(u -> needed.add(u.getSchema()));
        return needed;
    }
}
