package weft.publish.yaml;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import weft.publish.support.Gap;

/**
 * A YAML node tree to a generated record, driven by the record's schema alone; the conventions are at the top of
 * {@code common.avdl}. Reports every problem it meets, and then the record is not to be used. Confined to the decoding
 * thread.
 */
final class SpecDecoder {
    /** Values in one resource: aliases can expand a small text without end. */
    static final int MAX_VALUES = 500_000;

    private final Map<Schema, RecordShape> shapes;
    private final Diagnostics diagnostics;
    private final ScalarDecoder scalars;
    private final Map<String, Integer> lines = new TreeMap<>();
    private int values;

    /** The shapes are a cache that decoders of one run share. */
    SpecDecoder(IdentityHashMap<Schema, RecordShape> shapes, Diagnostics diagnostics) {
        this.shapes = shapes;
        this.diagnostics = diagnostics;
        this.scalars = new ScalarDecoder(diagnostics);
    }

    /** Line of each list entry that is a record, by path below the decoded node: {@code http[0].match[0]}. */
    Map<String, Integer> lines() {
        return Collections.unmodifiableMap(lines);
    }

    /** Decodes a record; the label names it in messages. Null when the node is no mapping. */
    @Nullable
    SpecificRecord record(Node node, Schema schema, String path, String label) {
        if (!(node instanceof MappingNode mappingNode)) {
            diagnostics.error(node, label + ": " + ScalarDecoder.shapeOf(node) + " (expected: a mapping)");
            return null;
        }
        RecordShape shape = shapes.computeIfAbsent(schema, RecordShape::new);
        SpecificRecord record = (SpecificRecord) SpecificData.get().newRecord(null, schema);
        Map<String, Mapping.Entry> seen = new LinkedHashMap<>();
        for (Mapping.Entry entry : Mapping.of(mappingNode, diagnostics).all()) {
            Schema.Field field = shape.field(entry.key());
            if (field == null && shape.isRemoved(entry.key())) {
                diagnostics.warning(entry.keyNode(), "\"" + entry.key() + "\" is no longer part of Istio; ignored");
            } else if (field == null) {
                if (!shape.isOpen()) {
                    unknownField(entry, shape);
                }
            } else if (!Mapping.isNull(entry.value())) {
                Mapping.Entry other = seen.put(field.name(), entry);
                if (other != null) {
                    diagnostics.error(
                            entry.keyNode(), "\"" + other.key() + "\" and \"" + entry.key() + "\" are the same");
                }
                FieldLimits limits = shape.limits(field);
                if (limits != null) {
                    limits.check(entry.value(), entry.key(), diagnostics);
                }
                Gap gap = shape.gap(field);
                if (gap != null) {
                    warnOf(gap, entry);
                }
                member(record, field, entry, path);
            }
        }
        complete(record, shape, seen, node, label);
        return record;
    }

    private void warnOf(Gap gap, Mapping.Entry entry) {
        String code = gap.code().name();
        if (gap.values().isEmpty()) {
            diagnostics.warning(entry.keyNode(), code, gap.message(entry.key(), ""));
        } else if (entry.value() instanceof ScalarNode scalar && gap.covers(scalar.getValue())) {
            diagnostics.warning(scalar, code, gap.message(entry.key(), ScalarDecoder.clip(scalar.getValue())));
        } else if (entry.value() instanceof MappingNode map) {
            for (NodeTuple tuple : map.getValue()) {
                if (tuple.getKeyNode() instanceof ScalarNode key && gap.covers(key.getValue())) {
                    diagnostics.warning(key, code, gap.message(entry.key(), ScalarDecoder.clip(key.getValue())));
                }
            }
        }
    }

    private void unknownField(Mapping.Entry entry, RecordShape shape) {
        diagnostics.unknownField(
                entry.keyNode(),
                "unknown field \"" + ScalarDecoder.clip(entry.key()) + "\""
                        + NearestSpelling.hint(entry.key(), shape.fieldNames()));
    }

    private void member(SpecificRecord record, Schema.Field field, Mapping.Entry entry, String path) {
        String hint = field.getProp("deprecated");
        if (hint != null) {
            diagnostics.warning(entry.keyNode(), "\"" + entry.key() + "\" is deprecated: " + hint);
        }
        String memberPath = path.isEmpty() ? field.name() : path + "." + field.name();
        Object value = value(entry.value(), withoutNull(field.schema()), field, memberPath, entry.key());
        if (value != null) {
            record.put(field.pos(), value);
        }
    }

    private @Nullable Object value(Node node, Schema type, Schema.Field field, String path, String label) {
        if (++values > MAX_VALUES) {
            if (values == MAX_VALUES + 1) {
                diagnostics.error(node, "too large (expected: at most " + MAX_VALUES + " values in one resource)");
            }
            return null;
        }
        return switch (type.getType()) {
            case RECORD -> record(node, type, path, label);
            case ARRAY -> list(node, type.getElementType(), field, path, label);
            case MAP -> map(node, type.getValueType(), field, path, label);
            default -> scalars.decode(node, type, field, label);
        };
    }

    private @Nullable List<Object> list(Node node, Schema elementType, Schema.Field field, String path, String label) {
        if (!(node instanceof SequenceNode sequence)) {
            diagnostics.error(
                    node,
                    label + ": " + ScalarDecoder.shapeOf(node) + " (expected: a list; begin each entry with \"- \")");
            return null;
        }
        List<Object> list = new ArrayList<>(sequence.getValue().size());
        for (Node item : sequence.getValue()) {
            String itemPath = path + "[" + list.size() + "]";
            String itemLabel = label + "[" + list.size() + "]";
            boolean ofRecords = elementType.getType() == Schema.Type.RECORD;
            if (Mapping.isNull(item) && !ofRecords) {
                diagnostics.error(
                        item, itemLabel + ": empty (expected: " + ScalarDecoder.expectation(elementType, field) + ")");
                continue;
            }
            Node element = item;
            if (Mapping.isNull(item)) {
                diagnostics.warning(item, itemLabel + " is empty, read as {}");
                element = new MappingNode(
                        Tag.MAP, true, List.of(), FlowStyle.FLOW, item.getStartMark(), item.getEndMark());
            }
            if (ofRecords) {
                item.getStartMark().ifPresent(mark -> lines.put(itemPath, mark.getLine() + 1));
            }
            Object value = value(element, elementType, field, itemPath, itemLabel);
            if (value != null) {
                list.add(value);
            }
        }
        return Collections.unmodifiableList(list);
    }

    /** Decodes a map whose values are of the type. */
    @Nullable
    Map<String, Object> map(Node node, Schema valueType, Schema.Field field, String path, String label) {
        if (!(node instanceof MappingNode mappingNode)) {
            diagnostics.error(node, label + ": " + ScalarDecoder.shapeOf(node) + " (expected: a mapping)");
            return null;
        }
        // Sorted, so that equal maps have equal bytes.
        Map<String, Object> map = new TreeMap<>();
        for (Mapping.Entry entry : Mapping.of(mappingNode, diagnostics).all()) {
            String memberPath = path + "[" + entry.key() + "]";
            String memberLabel = label + "[" + ScalarDecoder.clip(entry.key()) + "]";
            if (Mapping.isNull(entry.value())) {
                // Kubernetes drops such an entry, which turns a condition into none; better to ask.
                diagnostics.error(
                        entry.keyNode(),
                        memberLabel + ": empty (expected: " + ScalarDecoder.expectation(valueType, field) + ")");
                continue;
            }
            Object value = value(entry.value(), valueType, field, memberPath, memberLabel);
            if (value != null) {
                map.put(entry.key(), value);
            }
        }
        return Collections.unmodifiableMap(map);
    }

    /** Fills defaults in and checks what only the whole record shows: required fields and oneofs. */
    private void complete(
            SpecificRecord record, RecordShape shape, Map<String, Mapping.Entry> seen, Node node, String label) {
        for (Schema.Field field : shape.fields()) {
            if (seen.containsKey(field.name())) {
                continue;
            }
            if (Boolean.TRUE.equals(field.getObjectProp("required"))) {
                diagnostics.error(node, label + ": field \"" + field.name() + "\" is missing");
            }
            record.put(field.pos(), defaultOf(field));
        }
        for (RecordShape.OneOf group : shape.oneOfs()) {
            Set<String> present = new TreeSet<>(group.members());
            present.retainAll(seen.keySet());
            if (present.size() > 1) {
                Mapping.Entry last = null;
                for (Mapping.Entry entry : seen.values()) {
                    Schema.Field field = shape.field(entry.key());
                    last = field != null && present.contains(field.name()) ? entry : last;
                }
                diagnostics.error(
                        last == null ? node : last.keyNode(),
                        label + ": \"" + String.join("\" and \"", present) + "\" together (expected: one of "
                                + String.join(", ", group.members()) + ")");
            } else if (present.isEmpty() && group.required()) {
                diagnostics.error(
                        node, label + ": nothing set (expected: one of " + String.join(", ", group.members()) + ")");
            }
        }
    }

    static @Nullable Object defaultOf(Schema.Field field) {
        if (!field.hasDefaultValue()) {
            return null;
        }
        Object value = SpecificData.get().getDefaultValue(field);
        // Avro shares one instance per field; what a record holds must be its own.
        return switch (withoutNull(field.schema()).getType()) {
            case ARRAY -> List.of();
            case MAP -> Map.of();
            default -> value;
        };
    }

    /** The type of a field, or the other branch of {@code union { null, T }}. */
    static Schema withoutNull(Schema schema) {
        if (schema.getType() != Schema.Type.UNION) {
            return schema;
        }
        return schema.getTypes().get(0).getType() == Schema.Type.NULL
                ? schema.getTypes().get(1)
                : schema.getTypes().get(0);
    }
}
