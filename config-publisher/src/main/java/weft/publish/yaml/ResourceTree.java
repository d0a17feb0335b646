package weft.publish.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import weft.rules.Rule;
import weft.schema.Metadata;

/**
 * Records back to Istio's form: what the decoder would read into an equal record, defaults left out. Driven by the
 * schema like the decoder. Pure.
 */
public final class ResourceTree {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final ResourceKinds kinds;
    /** Each rule's {@code resourceVersion}, empty for none. */
    private final Function<Rule, String> versions;
    /** Whether identity and generation are told, which mean nothing outside the mesh that minted them. */
    private final boolean identity;

    public ResourceTree(ResourceKinds kinds) {
        this(kinds, rule -> "", true);
    }

    private ResourceTree(ResourceKinds kinds, Function<Rule, String> versions, boolean identity) {
        this.kinds = kinds;
        this.versions = versions;
        this.identity = identity;
    }

    /** With a {@code resourceVersion} on each resource, for whoever wants to apply it only if it is still that one. */
    public ResourceTree withVersions(Function<Rule, String> versionOf) {
        return new ResourceTree(kinds, versionOf, identity);
    }

    /** Without what only this mesh knows, for files that are kept. */
    public ResourceTree withoutIdentity() {
        return new ResourceTree(kinds, versions, false);
    }

    /** The whole resource as kubectl would show it. */
    public ObjectNode of(Rule rule) {
        ObjectNode tree = NODES.objectNode();
        ResourceKinds.Kind kind = kinds.named(rule.key().kind());
        tree.put("apiVersion", kind == null ? "" : kind.apiVersion());
        tree.put("kind", rule.key().kind());
        tree.set("metadata", metadata(rule));
        SpecificRecord resource = rule.resource();
        ObjectNode spec = record((IndexedRecord)
                resource.get(resource.getSchema().getField("spec").pos()));
        if (kind != null && kind.isFlat()) {
            tree.setAll(spec);
        } else {
            tree.set("spec", spec);
        }
        return tree;
    }

    /** A list of resources, as {@code kubectl get} answers it. */
    public ObjectNode list(List<Rule> rules) {
        ObjectNode tree = NODES.objectNode();
        tree.put("apiVersion", "v1");
        tree.put("kind", "List");
        ArrayNode items = tree.putArray("items");
        rules.forEach(rule -> items.add(of(rule)));
        return tree;
    }

    private ObjectNode metadata(Rule rule) {
        Metadata metadata = rule.metadata();
        ObjectNode tree = NODES.objectNode();
        if (!metadata.getAnnotations().isEmpty()) {
            tree.set("annotations", strings(metadata.getAnnotations()));
        }
        if (metadata.getCreationTimestamp() > 0) {
            tree.put(
                    "creationTimestamp",
                    Instant.ofEpochMilli(metadata.getCreationTimestamp()).toString());
        }
        if (identity && metadata.getGeneration() > 0) {
            tree.put("generation", metadata.getGeneration());
        }
        if (!metadata.getLabels().isEmpty()) {
            tree.set("labels", strings(metadata.getLabels()));
        }
        tree.put("name", metadata.getName());
        tree.put("namespace", metadata.getNamespace());
        String version = versions.apply(rule);
        if (!version.isEmpty()) {
            tree.put("resourceVersion", version);
        }
        if (identity && !metadata.getUid().isEmpty()) {
            tree.put("uid", metadata.getUid());
        }
        return tree;
    }

    private static ObjectNode strings(Map<String, String> map) {
        ObjectNode tree = NODES.objectNode();
        new TreeMap<>(map).forEach(tree::put);
        return tree;
    }

    private static ObjectNode record(IndexedRecord record) {
        ObjectNode tree = NODES.objectNode();
        for (Schema.Field field : record.getSchema().getFields()) {
            Object value = record.get(field.pos());
            if (value != null && (isTold(field) || !value.equals(SpecDecoder.defaultOf(field)))) {
                tree.set(field.name(), value(value, SpecDecoder.withoutNull(field.schema()), field));
            }
        }
        return tree;
    }

    /** Whether even a default says something: presence counts, or the field must be there. */
    private static boolean isTold(Schema.Field field) {
        return field.schema().getType() == Schema.Type.UNION || Boolean.TRUE.equals(field.getObjectProp("required"));
    }

    private static JsonNode value(Object value, Schema type, Schema.Field field) {
        String format = field.getProp("format");
        if (format != null && value instanceof Number number) {
            return NODES.textNode(
                    format.equals("duration")
                            ? DurationText.format(number.longValue())
                            : Instant.ofEpochMilli(number.longValue()).toString());
        }
        return switch (type.getType()) {
            case RECORD -> record((IndexedRecord) value);
            case ARRAY -> {
                ArrayNode list = NODES.arrayNode();
                ((List<?>) value).forEach(item -> list.add(value(item, type.getElementType(), field)));
                yield list;
            }
            case MAP -> {
                ObjectNode map = NODES.objectNode();
                Map<String, Object> sorted = new TreeMap<>();
                ((Map<?, ?>) value).forEach((key, item) -> sorted.put(key.toString(), item));
                sorted.forEach((key, item) -> map.set(key, value(item, type.getValueType(), field)));
                yield map;
            }
            case BYTES -> NODES.textNode(base64((ByteBuffer) value));
            case BOOLEAN -> NODES.booleanNode((Boolean) value);
            case INT, LONG -> NODES.numberNode(((Number) value).longValue());
            case DOUBLE, FLOAT -> number(((Number) value).doubleValue());
            default -> {
                boolean isNumber =
                        "intOrString".equals(format) && value.toString().chars().allMatch(c -> c >= '0' && c <= '9');
                yield isNumber ? NODES.numberNode(Long.valueOf(value.toString())) : NODES.textNode(value.toString());
            }
        };
    }

    /** 50 rather than 50.0, as people write it. */
    private static JsonNode number(double value) {
        boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
        return whole ? NODES.numberNode((long) value) : NODES.numberNode(value);
    }

    private static String base64(@Nullable ByteBuffer bytes) {
        if (bytes == null) {
            return "";
        }
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return Base64.getEncoder().encodeToString(copy);
    }
}
