package weft.publish.yaml;

import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import weft.schema.Metadata;
import weft.schema.SourcePosition;

/**
 * Kubernetes' {@code metadata} to ours: name, namespace, labels and annotations are taken, what a cluster mints is
 * ignored, so that the output of {@code kubectl get -o yaml} applies. Confined to the decoding thread.
 */
final class MetadataDecoder {
    private static final Set<String> MINTED = Set.of(
            "clusterName",
            "creationTimestamp",
            "deletionGracePeriodSeconds",
            "deletionTimestamp",
            "finalizers",
            "generateName",
            "generation",
            "managedFields",
            "ownerReferences",
            "resourceVersion",
            "selfLink",
            "uid");

    private static final List<String> TAKEN = List.of("annotations", "labels", "name", "namespace");
    // Istio's own files use capitals, though Kubernetes would refuse them.
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9._]{0,251}[A-Za-z0-9])?");
    private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
    private static final Schema.Field LABELS = Metadata.getClassSchema().getField("labels");
    private static final Schema.Field ANNOTATIONS = Metadata.getClassSchema().getField("annotations");

    private final String defaultNamespace;
    private final Diagnostics diagnostics;
    private final ScalarDecoder scalars;
    private final SpecDecoder maps;

    MetadataDecoder(String defaultNamespace, IdentityHashMap<Schema, RecordShape> shapes, Diagnostics diagnostics) {
        this.defaultNamespace = defaultNamespace;
        this.diagnostics = diagnostics;
        this.scalars = new ScalarDecoder(diagnostics);
        this.maps = new SpecDecoder(shapes, diagnostics);
    }

    /** Decodes and checks; what is wrong is reported, and then the result is not to be published. */
    Metadata decode(Node metadata, SourcePosition source, Map<String, Integer> lines) {
        Mapping mapping = metadata instanceof MappingNode node ? Mapping.of(node, diagnostics) : null;
        if (mapping == null) {
            diagnostics.error(metadata, "metadata: " + ScalarDecoder.shapeOf(metadata) + " (expected: a mapping)");
        } else {
            refuseUnknown(mapping);
        }
        String name = mapping == null ? null : word(mapping, "name");
        if (mapping != null && mapping.get("name") == null) {
            diagnostics.error(metadata, "metadata: field \"name\" is missing");
        }
        String namespace = mapping == null ? null : word(mapping, "namespace");
        return Metadata.newBuilder()
                .setName(name == null ? "" : checked(mapping, "name", name, NAME))
                .setNamespace(
                        namespace == null ? defaultNamespace : checked(mapping, "namespace", namespace, NAMESPACE))
                .setLabels(strings(mapping, LABELS))
                .setAnnotations(strings(mapping, ANNOTATIONS))
                .setCreationTimestamp(created(mapping))
                .setSource(source)
                .setLines(lines)
                .build();
    }

    /**
     * Milliseconds of the {@code creationTimestamp}, 0 without a valid one. Publishing mints its own; for files by
     * themselves it is what decides between rules of one host.
     */
    private static long created(@Nullable Mapping mapping) {
        Mapping.Entry entry = mapping == null ? null : mapping.get("creationTimestamp");
        if (entry == null || !(entry.value() instanceof ScalarNode scalar)) {
            return 0;
        }
        try {
            return OffsetDateTime.parse(scalar.getValue()).toInstant().toEpochMilli();
        } catch (DateTimeParseException | ArithmeticException e) {
            return 0;
        }
    }

    private void refuseUnknown(Mapping mapping) {
        for (Mapping.Entry entry : mapping.all()) {
            if (!TAKEN.contains(entry.key()) && !MINTED.contains(entry.key())) {
                diagnostics.unknownField(
                        entry.keyNode(),
                        "unknown field \"" + ScalarDecoder.clip(entry.key()) + "\""
                                + NearestSpelling.hint(entry.key(), TAKEN));
            }
        }
    }

    private @Nullable String word(Mapping mapping, String key) {
        Mapping.Entry entry = mapping.get(key);
        if (entry == null) {
            return null;
        }
        if (!(entry.value() instanceof ScalarNode scalar)) {
            diagnostics.error(
                    entry.value(), key + ": " + ScalarDecoder.shapeOf(entry.value()) + " (expected: a string)");
            return null;
        }
        return scalars.string(scalar, key, "a string");
    }

    private String checked(@Nullable Mapping mapping, String key, String value, Pattern allowed) {
        Mapping.Entry entry = mapping == null ? null : mapping.get(key);
        if (entry != null && !allowed.matcher(value).matches()) {
            diagnostics.error(
                    entry.value(),
                    key + ": \"" + ScalarDecoder.clip(value) + "\" is not a " + key
                            + (key.equals("name")
                                    ? " (expected: letters, digits and inside '-', '_' or '.', at most 253)"
                                    : " (expected: lower-case letters, digits and inside '-', at most 63)"));
        }
        return value;
    }

    @SuppressWarnings("unchecked")
    private <T> Map<String, T> strings(@Nullable Mapping mapping, Schema.Field field) {
        Mapping.Entry entry = mapping == null ? null : mapping.get(field.name());
        Object value =
                entry == null ? null : maps.map(entry.value(), field.schema().getValueType(), field, "", field.name());
        return value == null ? Map.of() : (Map<String, T>) value;
    }
}
