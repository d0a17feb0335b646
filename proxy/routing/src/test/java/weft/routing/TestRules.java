package weft.routing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.util.ClassSecurityValidator;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import weft.routing.snapshot.LogPosition;
import weft.routing.snapshot.RuleSnapshot;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.Metadata;
import weft.schema.VirtualService;

/** Rules from YAML, read by schema, without the checks of the real decoder: what tests of this module write. */
public final class TestRules {
    static {
        ClassSecurityValidator.setGlobal(ClassSecurityValidator.composite(
                ClassSecurityValidator.DEFAULT, c -> c.getName().startsWith("weft.schema.")));
    }

    private TestRules() {}

    public static RuleSnapshot snapshot(String... yaml) {
        Map<RuleKey, Rule> rules = new HashMap<>();
        for (String documents : yaml) {
            for (Rule rule : parse(documents)) {
                rules.put(rule.key(), rule);
            }
        }
        return RuleSnapshot.of(new LogPosition(1, 1), rules);
    }

    public static String sample(String path) {
        try {
            return Files.readString(
                    Conformance.folder().resolve("verbatim/istio+istio").resolve(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All documents of the kinds that have a schema. */
    public static List<Rule> parse(String yaml) {
        List<Rule> rules = new ArrayList<>();
        for (Object document : new Load(LoadSettings.builder().build()).loadAllFromString(yaml)) {
            if (document instanceof Map<?, ?> map) {
                Rule rule = rule(map);
                if (rule != null) {
                    rules.add(rule);
                }
            }
        }
        return rules;
    }

    private static @Nullable Rule rule(Map<?, ?> document) {
        Schema schema;
        try {
            String kind = VirtualService.class.getPackageName() + "." + document.get("kind");
            schema = ((SpecificRecord)
                            Class.forName(kind).getDeclaredConstructor().newInstance())
                    .getSchema();
        } catch (ReflectiveOperationException e) {
            return null;
        }
        boolean isOfGatewayApi = String.valueOf(document.get("apiVersion")).startsWith("gateway.networking.k8s.io");
        if (schema.getField("metadata") == null || isOfGatewayApi) {
            return null;
        }
        Map<?, ?> meta = (Map<?, ?>) notNull(document.get("metadata"));
        Metadata.Builder metadata = Metadata.newBuilder().setName(String.valueOf(meta.get("name")));
        if (meta.get("namespace") != null) {
            metadata.setNamespace(String.valueOf(meta.get("namespace")));
        }
        metadata.setLabels(texts(meta.get("labels")));
        metadata.setAnnotations(texts(meta.get("annotations")));
        Object created = meta.get("creationTimestamp");
        if (created != null) {
            metadata.setCreationTimestamp(Instant.parse(created.toString()).toEpochMilli());
        }
        SpecificRecord record = (SpecificRecord) SpecificData.get().newRecord(null, schema);
        record.put(schema.getField("metadata").pos(), metadata.build());
        Object spec = schema.getObjectProp("flat") == null ? document.get("spec") : document;
        record.put(
                schema.getField("spec").pos(),
                value(spec == null ? Map.of() : spec, schema.getField("spec").schema(), null));
        return Rule.of(record);
    }

    private static Map<String, String> texts(@Nullable Object yaml) {
        Map<String, String> texts = new HashMap<>();
        if (yaml instanceof Map<?, ?> map) {
            map.forEach((key, value) -> texts.put(String.valueOf(key), String.valueOf(value)));
        }
        return texts;
    }

    private static @Nullable Object value(@Nullable Object yaml, Schema schema, Schema.@Nullable Field field) {
        return switch (schema.getType()) {
            case UNION -> yaml == null ? null : value(yaml, schema.getTypes().get(1), field);
            case RECORD -> record(yaml, schema);
            case ARRAY ->
                ((List<?>) notNull(yaml))
                        .stream()
                                .map(item -> value(item, schema.getElementType(), field))
                                .toList();
            case MAP -> {
                Map<String, Object> map = new HashMap<>();
                ((Map<?, ?>) notNull(yaml))
                        .forEach((key, item) -> map.put(
                                String.valueOf(key), notNull(value(notNull(item), schema.getValueType(), field))));
                yield map;
            }
            case ENUM -> SpecificData.get().createEnum(String.valueOf(yaml), schema);
            case STRING -> String.valueOf(yaml);
            case BOOLEAN -> yaml;
            case INT -> ((Number) notNull(yaml)).intValue();
            case DOUBLE -> ((Number) notNull(yaml)).doubleValue();
            case LONG ->
                field != null && "duration".equals(field.getProp("format"))
                        ? (Object) millis(String.valueOf(yaml), field)
                        : (Object) Long.valueOf(String.valueOf(yaml));
            case BYTES -> ByteBuffer.wrap(Base64.getDecoder().decode(String.valueOf(yaml)));
            default -> throw new IllegalArgumentException(schema.toString());
        };
    }

    private static Object notNull(@Nullable Object value) {
        if (value == null) {
            throw new IllegalArgumentException("null");
        }
        return value;
    }

    private static SpecificRecord record(@Nullable Object yaml, Schema schema) {
        Map<?, ?> map = yaml == null ? Map.of() : (Map<?, ?>) yaml;
        SpecificRecord record = (SpecificRecord) SpecificData.get().newRecord(null, schema);
        for (Schema.Field field : schema.getFields()) {
            Object given = map.get(field.name());
            Object value = given == null
                    ? SpecificData.get()
                            .deepCopy(field.schema(), SpecificData.get().getDefaultValue(field))
                    : value(given, field.schema(), field);
            record.put(field.pos(), value);
        }
        return record;
    }

    private static long millis(String duration, Schema.Field field) {
        double total = 0;
        java.util.regex.Matcher part =
                java.util.regex.Pattern.compile("([0-9.]+)(ms|us|ns|h|m|s)").matcher(duration);
        while (part.find()) {
            double unit = switch (part.group(2)) {
                case "h" -> 3_600_000;
                case "m" -> 60_000;
                case "s" -> 1000;
                case "ms" -> 1;
                case "us" -> 0.001;
                default -> 0.000_001;
            };
            total += Double.parseDouble(part.group(1)) * unit;
        }
        long least = field.getObjectProp("minimum") instanceof Number minimum ? minimum.longValue() : 0;
        if (duration.startsWith("-") || total < least || Math.abs(total - Math.rint(total)) > 1e-9) {
            throw new IllegalArgumentException(duration);
        }
        return Math.round(total);
    }
}
