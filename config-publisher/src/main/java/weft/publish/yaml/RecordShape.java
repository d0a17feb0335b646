package weft.publish.yaml;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;
import weft.publish.support.Gap;
import weft.publish.support.SupportGaps;

/** What the decoder asks of one record schema: fields by every accepted spelling, limits, oneof groups. Immutable. */
final class RecordShape {
    /** A group of fields of which at most one may be present; exactly one if {@code required}. */
    record OneOf(List<String> members, boolean required) {}

    private final Schema schema;
    private final Map<String, Schema.Field> bySpelling = new HashMap<>();
    private final List<OneOf> oneOfs = new ArrayList<>();
    private final Set<String> removed = new HashSet<>();
    private final Map<String, FieldLimits> limits = new HashMap<>();
    private final Map<String, Gap> gaps = new HashMap<>();

    RecordShape(Schema schema) {
        this.schema = schema;
        for (Schema.Field field : schema.getFields()) {
            // proto3's JSON readers take both spellings.
            bySpelling.put(snakeCase(field.name()), field);
            field.aliases().forEach(alias -> bySpelling.put(alias, field));
            FieldLimits fieldLimits = FieldLimits.of(field);
            if (fieldLimits != null) {
                limits.put(field.name(), fieldLimits);
            }
            Gap gap = SupportGaps.ofField(schema.getName(), field.name());
            if (gap != null && gap.isTold()) {
                gaps.put(field.name(), gap);
            }
        }
        schema.getFields().forEach(field -> bySpelling.put(field.name(), field));
        if (schema.getObjectProp("oneof") instanceof Collection<?> groups) {
            groups.forEach(group -> oneOfs.add(oneOf(group.toString())));
        }
        if (schema.getObjectProp("removed") instanceof Collection<?> names) {
            names.forEach(name -> removed.add(name.toString()));
        }
    }

    /** Whether the field was part of Istio's API once. */
    boolean isRemoved(String spelling) {
        return removed.contains(spelling);
    }

    /** Whether fields that are not listed are nobody's business. */
    boolean isOpen() {
        return Boolean.TRUE.equals(schema.getObjectProp("open"));
    }

    private static OneOf oneOf(String group) {
        boolean required = group.startsWith("!");
        return new OneOf(List.of((required ? group.substring(1) : group).split("\\|")), required);
    }

    static String snakeCase(String camelCase) {
        StringBuilder snake = new StringBuilder();
        camelCase.chars().forEach(c -> {
            if (Character.isUpperCase(c)) {
                snake.append('_').append((char) Character.toLowerCase(c));
            } else {
                snake.append((char) c);
            }
        });
        return snake.toString();
    }

    Schema.@Nullable Field field(String spelling) {
        return bySpelling.get(spelling);
    }

    /** The limits of the field's size, null when it has none. */
    @Nullable
    FieldLimits limits(Schema.Field field) {
        return limits.get(field.name());
    }

    /** What of the field has no effect and is worth a warning, null for nothing. */
    @Nullable
    Gap gap(Schema.Field field) {
        return gaps.get(field.name());
    }

    List<Schema.Field> fields() {
        return schema.getFields();
    }

    List<String> fieldNames() {
        return schema.getFields().stream().map(Schema.Field::name).toList();
    }

    List<OneOf> oneOfs() {
        return oneOfs;
    }
}
