package weft.publish.support;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The support matrix in Markdown: every field of every kind, from the schemas, and what {@link SupportGaps} says of it.
 * Confined to one rendering.
 */
public final class SupportMatrix {
    /**
     * A kind as the matrix shows it. Immutable.
     *
     * @param apiVersions as in {@code networking.istio.io/v1}
     */
    public record Kind(String name, String apiVersions, Schema spec) {}

    private static final String IN_FORCE = "in force";

    private final StringBuilder out = new StringBuilder();
    /** Where each record was shown in full, so that it is not shown again. */
    private final Map<String, String> shown = new HashMap<>();

    private SupportMatrix() {}

    public static String of(List<Kind> kinds) {
        SupportMatrix matrix = new SupportMatrix();
        matrix.overview(kinds);
        kinds.forEach(matrix::kind);
        return matrix.out.toString();
    }

    private void overview(List<Kind> kinds) {
        out.append("## Kinds\n\n| kind | apiVersion | state |\n| --- | --- | --- |\n");
        for (Kind kind : kinds) {
            Gap gap = SupportGaps.ofKind(kind.name());
            row(kind.name(), kind.apiVersions(), gap == null ? IN_FORCE + " as below" : state(gap));
        }
    }

    private void kind(Kind kind) {
        out.append("\n## ").append(kind.name()).append("\n\n");
        Gap gap = SupportGaps.ofKind(kind.name());
        if (gap != null) {
            out.append("Accepted; none of its fields has an effect (")
                    .append(gap.code())
                    .append(").\n\n");
        }
        out.append("| field | type | state |\n| --- | --- | --- |\n");
        shown.clear();
        fields(kind.spec(), "", gap != null);
    }

    private void fields(Schema record, String path, boolean isIdle) {
        shown.put(record.getName(), path);
        for (Schema.Field field : record.getFields()) {
            field(record, field, path, isIdle);
        }
    }

    private void field(Schema record, Schema.Field field, String path, boolean isIdle) {
        Schema type = withoutNull(field.schema());
        Schema element = elementOf(type);
        String place = (path.isEmpty() ? "" : path + ".")
                + field.name()
                + (type.getType() == Schema.Type.ARRAY ? "[]" : type.getType() == Schema.Type.MAP ? "{}" : "");
        Gap gap = isIdle ? null : SupportGaps.ofField(record.getName(), field.name());
        String before = shown.get(element.getName());
        boolean isRecord = element.getType() == Schema.Type.RECORD;
        if (gap != null || !isRecord) {
            row("`" + place + "`", typeOf(element, field), isIdle ? "accepted" : gap == null ? IN_FORCE : state(gap));
        } else if (before != null) {
            row("`" + place + "`", "", before.isEmpty() ? "as above" : "as `" + before + "`");
        } else {
            fields(element, place, isIdle);
        }
    }

    private static String state(Gap gap) {
        String code = gap.isTold() ? " (" + gap.code() + ")" : "";
        return switch (gap.code()) {
            case WFT0101 -> "no effect" + code + ": " + gap.effect();
            case WFT0102 ->
                IN_FORCE + " but for `" + String.join("`, `", gap.values()) + "`" + code + ": " + gap.effect();
            case WFT0103 -> "accepted" + code + ": " + gap.effect();
            case WFT0104 -> "accepted, **not enforced**" + code + ": " + gap.effect();
        };
    }

    private void row(String... cells) {
        List<String> escaped = new ArrayList<>();
        for (String cell : cells) {
            escaped.add(cell.replace("|", "\\|"));
        }
        out.append("| ").append(String.join(" | ", escaped)).append(" |\n");
    }

    private static String typeOf(Schema element, Schema.Field field) {
        @Nullable String format = field.getProp("format");
        if (format != null) {
            return format;
        }
        return switch (element.getType()) {
            case STRING -> "string";
            case BOOLEAN -> "boolean";
            case INT, LONG -> "integer";
            case DOUBLE, FLOAT -> "number";
            case ENUM -> String.join(", ", element.getEnumSymbols());
            default -> "object";
        };
    }

    private static Schema elementOf(Schema type) {
        return switch (type.getType()) {
            case ARRAY -> type.getElementType();
            case MAP -> type.getValueType();
            default -> type;
        };
    }

    private static Schema withoutNull(Schema schema) {
        return schema.getType() == Schema.Type.UNION
                ? schema.getTypes().stream()
                        .filter(type -> type.getType() != Schema.Type.NULL)
                        .findFirst()
                        .orElse(schema)
                : schema;
    }
}
