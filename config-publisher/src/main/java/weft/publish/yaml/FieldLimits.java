package weft.publish.yaml;

import com.google.re2j.Pattern;
import java.util.List;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** How many entries and how long a text one field takes, as its annotations say. Immutable. */
final class FieldLimits {
    private final int minItems;
    private final int maxItems;
    private final int minLength;
    private final int maxLength;
    private final @Nullable Pattern pattern;

    private FieldLimits(Schema.Field field) {
        minItems = number(field, "minItems", 0);
        maxItems = number(field, "maxItems", Integer.MAX_VALUE);
        minLength = number(field, "minLength", 0);
        maxLength = number(field, "maxLength", Integer.MAX_VALUE);
        String expression = field.getProp("pattern");
        pattern = expression == null ? null : Pattern.compile(expression);
    }

    /** Null for a field that takes anything of its type. */
    static @Nullable FieldLimits of(Schema.Field field) {
        boolean limited = List.of("minItems", "maxItems", "minLength", "maxLength", "pattern").stream()
                .anyMatch(annotation -> field.getObjectProp(annotation) != null);
        return limited ? new FieldLimits(field) : null;
    }

    private static int number(Schema.Field field, String annotation, int otherwise) {
        return field.getObjectProp(annotation) instanceof Number number ? number.intValue() : otherwise;
    }

    /** Reports what the field does not take; what is no text, list or mapping is left to the type check. */
    void check(Node node, String label, Diagnostics diagnostics) {
        if (node instanceof ScalarNode scalar) {
            text(scalar, label, diagnostics);
        } else if (node instanceof SequenceNode list) {
            count(list, list.getValue().size(), label, diagnostics);
            int index = 0;
            for (Node item : list.getValue()) {
                if (item instanceof ScalarNode scalar) {
                    text(scalar, label + "[" + index + "]", diagnostics);
                }
                index++;
            }
        } else if (node instanceof MappingNode map) {
            count(map, map.getValue().size(), label, diagnostics);
            for (NodeTuple entry : map.getValue()) {
                if (entry.getKeyNode() instanceof ScalarNode key && entry.getValueNode() instanceof ScalarNode value) {
                    text(value, label + "[" + ScalarDecoder.clip(key.getValue()) + "]", diagnostics);
                }
            }
        }
    }

    private void count(Node node, int size, String label, Diagnostics diagnostics) {
        if (size < minItems) {
            diagnostics.error(node, label + ": empty (expected: at least " + minItems + ", or no \"" + label + "\")");
        } else if (size > maxItems) {
            diagnostics.error(node, label + ": " + size + " entries (expected: at most " + maxItems + ")");
        }
    }

    private void text(ScalarNode scalar, String label, Diagnostics diagnostics) {
        String text = scalar.getValue();
        int length = text.codePointCount(0, text.length());
        if (length < minLength) {
            diagnostics.error(
                    scalar,
                    label + ": " + (text.isEmpty() ? "empty" : "\"" + text + "\"") + " (expected: "
                            + (minLength == 1 ? "a text" : "at least " + minLength + " characters") + ")");
        } else if (length > maxLength) {
            diagnostics.error(scalar, label + ": " + length + " characters (expected: at most " + maxLength + ")");
        } else if (pattern != null && !pattern.matches(text)) {
            diagnostics.error(
                    scalar,
                    label + ": \"" + ScalarDecoder.clip(text) + "\" (expected: a text like " + pattern.pattern() + ")");
        }
    }
}
