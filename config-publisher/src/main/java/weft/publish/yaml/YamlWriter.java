package weft.publish.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** JSON trees as YAML in kubectl's layout, byte for byte the same for equal trees. Pure. */
public final class YamlWriter {
    /** Words that YAML 1.1 readers, kubectl's among them, take for something else than a string. */
    private static final Set<String> TAKEN = Set.of(
            "true", "false", "null", "yes", "no", "on", "off", "y", "n", "True", "False", "Null", "Yes", "No", "On",
            "Off", "Y", "N", "TRUE", "FALSE", "NULL", "YES", "NO", "ON", "OFF");

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_/][A-Za-z0-9_./-]*");
    private static final String INDENT = "  ";

    private YamlWriter() {}

    /** One document without a marker, ended by a line break. */
    public static String write(JsonNode tree) {
        StringBuilder out = new StringBuilder();
        if (tree.isContainerNode() && !tree.isEmpty()) {
            block(tree, "", out);
        } else {
            out.append(scalar(tree)).append('\n');
        }
        return out.toString();
    }

    private static void block(JsonNode node, String indent, StringBuilder out) {
        if (node.isArray()) {
            for (JsonNode item : node) {
                out.append(indent).append("- ");
                item(item, indent, out);
            }
            return;
        }
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            out.append(indent);
            member(member, indent, out);
        }
    }

    /** A list entry after its dash: the first member of a mapping stands on the same line. */
    private static void item(JsonNode item, String indent, StringBuilder out) {
        String inside = indent + INDENT;
        if (!item.isContainerNode() || item.isEmpty()) {
            out.append(scalar(item)).append('\n');
        } else if (item.isArray()) {
            StringBuilder nested = new StringBuilder();
            block(item, inside, nested);
            out.append(nested, inside.length(), nested.length());
        } else {
            boolean first = true;
            for (Map.Entry<String, JsonNode> member : item.properties()) {
                out.append(first ? "" : inside);
                member(member, inside, out);
                first = false;
            }
        }
    }

    private static void member(Map.Entry<String, JsonNode> member, String indent, StringBuilder out) {
        JsonNode value = member.getValue();
        out.append(text(member.getKey())).append(':');
        if (!value.isContainerNode() || value.isEmpty()) {
            out.append(' ').append(scalar(value)).append('\n');
        } else {
            out.append('\n');
            // kubectl does not indent lists below their key.
            block(value, value.isArray() ? indent : indent + INDENT, out);
        }
    }

    private static String scalar(JsonNode node) {
        if (node.isObject()) {
            return "{}";
        }
        if (node.isArray()) {
            return "[]";
        }
        return node.isTextual() ? text(node.textValue()) : node.toString();
    }

    private static String text(String text) {
        return PLAIN.matcher(text).matches() && !TAKEN.contains(text) ? text : quoted(text);
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                case '\r' -> out.append("\\r");
                default -> {
                    boolean printable =
                            c >= ' ' && c < 0x7f || c >= 0xa0 && c != '\u2028' && c != '\u2029' && c != '\uFEFF';
                    out.append(printable ? String.valueOf(c) : String.format("\\u%04x", (int) c));
                }
            }
        }
        return out.append('"').toString();
    }
}
