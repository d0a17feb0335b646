package weft.publish.yaml;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.specific.SpecificData;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * One YAML scalar to one Avro value, as the field's type and annotations want it. Reports and answers null when the
 * scalar does not fit. Confined to the decoding thread.
 */
final class ScalarDecoder {
    /** Longest number worth reading; every bound has fewer digits. */
    private static final int MAX_NUMBER_LENGTH = 64;

    private final Diagnostics diagnostics;

    ScalarDecoder(Diagnostics diagnostics) {
        this.diagnostics = diagnostics;
    }

    /** Decodes for the type, which is not a union; the field carries format and bounds, the label names it to people. */
    @Nullable
    Object decode(Node node, Schema type, Schema.Field field, String label) {
        if (!(node instanceof ScalarNode scalar)) {
            diagnostics.error(node, label + ": " + shapeOf(node) + " (expected: " + expectation(type, field) + ")");
            return null;
        }
        String format = field.getProp("format");
        if (format != null) {
            return formatted(scalar, format, field, label);
        }
        return switch (type.getType()) {
            case STRING -> string(scalar, label, "a string");
            case BOOLEAN -> bool(scalar, label);
            case INT, LONG -> whole(scalar, type, field, label);
            case DOUBLE, FLOAT -> fraction(scalar, field, label);
            case ENUM -> symbol(scalar, type, label);
            default -> throw new IllegalStateException("schema type " + type.getType() + " of field " + field.name());
        };
    }

    private @Nullable Object formatted(ScalarNode scalar, String format, Schema.Field field, String label) {
        switch (format) {
            case "duration" -> {
                if (isNumber(scalar)) {
                    diagnostics.error(
                            scalar,
                            label + ": number " + scalar.getValue() + " has no unit (expected: a duration, as in \""
                                    + bareNumber(scalar) + "s\")");
                    return null;
                }
                return duration(scalar, field, label);
            }
            case "timestamp" -> {
                String text = string(scalar, label, "a time");
                return text == null ? null : timestamp(scalar, text, label);
            }
            case "base64" -> {
                String text = string(scalar, label, "base64 text");
                return text == null ? null : base64(scalar, text, label);
            }
            case "intOrString" -> {
                if (!isNumber(scalar)) {
                    return string(scalar, label, "a number or a name");
                }
                Object number = whole(scalar, Schema.create(Schema.Type.LONG), field, label);
                return number == null ? null : number.toString();
            }
            default -> throw new IllegalStateException("format \"" + format + "\" of field " + field.name());
        }
    }

    private static String bareNumber(ScalarNode scalar) {
        return scalar.getValue().matches("[0-9.]+") ? scalar.getValue() : "5";
    }

    /** Text of a scalar that must be a string; a number or boolean without quotes is refused as Kubernetes does. */
    @Nullable
    String string(ScalarNode scalar, String label, String expected) {
        if (scalar.getTag().equals(Tag.STR)) {
            return scalar.getValue();
        }
        if (isNumber(scalar) || scalar.getTag().equals(Tag.BOOL)) {
            String what = isNumber(scalar) ? "number " : "boolean ";
            diagnostics.error(
                    scalar,
                    label + ": " + what + scalar.getValue() + " is not a string (expected: " + expected
                            + "; write it in quotes: \"" + scalar.getValue() + "\")");
        } else {
            unsupportedTag(scalar, label);
        }
        return null;
    }

    private @Nullable Boolean bool(ScalarNode scalar, String label) {
        if (scalar.getTag().equals(Tag.BOOL)) {
            return scalar.getValue().toLowerCase(Locale.ROOT).equals("true");
        }
        diagnostics.error(scalar, label + ": " + describe(scalar) + " is not a boolean (expected: true or false)");
        return null;
    }

    private @Nullable Object whole(ScalarNode scalar, Schema type, Schema.Field field, String label) {
        BigDecimal number = number(scalar, label, "a whole number");
        if (number == null) {
            return null;
        }
        boolean narrow = type.getType() == Schema.Type.INT;
        if (number.stripTrailingZeros().scale() > 0) {
            diagnostics.error(scalar, label + ": " + scalar.getValue() + " is not whole (expected: a whole number)");
            return null;
        }
        BigDecimal low = BigDecimal.valueOf(narrow ? Integer.MIN_VALUE : Long.MIN_VALUE);
        BigDecimal high = BigDecimal.valueOf(narrow ? Integer.MAX_VALUE : Long.MAX_VALUE);
        if (!inBounds(scalar, number, max(low, bound(field, "minimum")), min(high, bound(field, "maximum")), label)) {
            return null;
        }
        return narrow ? (Object) number.intValueExact() : (Object) number.longValueExact();
    }

    private @Nullable Double fraction(ScalarNode scalar, Schema.Field field, String label) {
        BigDecimal number = number(scalar, label, "a number");
        if (number == null || !inBounds(scalar, number, bound(field, "minimum"), bound(field, "maximum"), label)) {
            return null;
        }
        double value = number.doubleValue();
        if (Double.isInfinite(value)) {
            diagnostics.error(scalar, label + ": " + scalar.getValue() + " is out of range (expected: a number)");
            return null;
        }
        return value;
    }

    private @Nullable BigDecimal number(ScalarNode scalar, String label, String expected) {
        String text = scalar.getValue();
        if (scalar.getTag().equals(Tag.STR) && looksNumeric(text)) {
            diagnostics.error(
                    scalar,
                    label + ": \"" + text + "\" is a string (expected: " + expected + "; leave out the quotes)");
            return null;
        }
        if (isNumber(scalar) && text.length() <= MAX_NUMBER_LENGTH) {
            try {
                return parse(text);
            } catch (NumberFormatException e) {
                // Infinities and NaN, and what an explicit tag claims to be a number.
                diagnostics.error(scalar, label + ": " + describe(scalar) + " (expected: " + expected + ")");
                return null;
            }
        }
        diagnostics.error(scalar, label + ": " + describe(scalar) + " is not a number (expected: " + expected + ")");
        return null;
    }

    private static BigDecimal parse(String text) {
        if (text.startsWith("0x")) {
            return BigDecimal.valueOf(Long.parseLong(text.substring(2), 16));
        }
        if (text.startsWith("0o")) {
            return BigDecimal.valueOf(Long.parseLong(text.substring(2), 8));
        }
        BigDecimal number = new BigDecimal(text);
        if (Math.abs((long) number.scale()) > 400) {
            // Beyond double, and expensive to expand.
            throw new NumberFormatException("exponent");
        }
        return number;
    }

    private boolean inBounds(
            ScalarNode scalar, BigDecimal number, @Nullable BigDecimal low, @Nullable BigDecimal high, String label) {
        boolean under = low != null && number.compareTo(low) < 0;
        boolean over = high != null && number.compareTo(high) > 0;
        if (under || over) {
            diagnostics.error(
                    scalar, label + ": " + scalar.getValue() + " is out of range (expected: " + range(low, high) + ")");
        }
        return !under && !over;
    }

    private static String range(@Nullable BigDecimal low, @Nullable BigDecimal high) {
        if (low == null) {
            return "at most " + (high == null ? "" : high.toPlainString());
        }
        return high == null ? "at least " + low.toPlainString() : low.toPlainString() + " to " + high.toPlainString();
    }

    private static @Nullable BigDecimal bound(Schema.Field field, String name) {
        return field.getObjectProp(name) instanceof Number number ? new BigDecimal(number.toString()) : null;
    }

    private static BigDecimal max(BigDecimal a, @Nullable BigDecimal b) {
        return b == null ? a : a.max(b);
    }

    private static BigDecimal min(BigDecimal a, @Nullable BigDecimal b) {
        return b == null ? a : a.min(b);
    }

    private @Nullable Long duration(ScalarNode scalar, Schema.Field field, String label) {
        String text = string(scalar, label, "a duration");
        if (text == null) {
            return null;
        }
        long millis;
        try {
            millis = DurationText.parseMillis(text);
        } catch (IllegalArgumentException e) {
            diagnostics.error(scalar, label + ": " + e.getMessage());
            return null;
        }
        BigDecimal low = bound(field, "minimum");
        BigDecimal high = bound(field, "maximum");
        long least = low == null ? 0 : low.longValue();
        if (millis < least || (high != null && millis > high.longValue())) {
            String expected = "at least " + DurationText.format(least)
                    + (high == null ? "" : " and at most " + DurationText.format(high.longValue()));
            diagnostics.error(scalar, label + ": \"" + text + "\" is out of range (expected: " + expected + ")");
            return null;
        }
        return millis;
    }

    private @Nullable Long timestamp(ScalarNode scalar, String text, String label) {
        try {
            return OffsetDateTime.parse(text).toInstant().toEpochMilli();
        } catch (DateTimeException | ArithmeticException e) {
            diagnostics.error(
                    scalar, label + ": \"" + text + "\" is not a time (expected: as in 2026-11-22T14:05:00Z)");
            return null;
        }
    }

    private @Nullable ByteBuffer base64(ScalarNode scalar, String text, String label) {
        try {
            boolean urlSafe = text.indexOf('-') >= 0 || text.indexOf('_') >= 0;
            byte[] bytes = (urlSafe ? Base64.getUrlDecoder() : Base64.getDecoder()).decode(text.replaceAll("\\s", ""));
            return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
        } catch (IllegalArgumentException e) {
            diagnostics.error(scalar, label + ": not base64: " + e.getMessage());
            return null;
        }
    }

    private @Nullable Object symbol(ScalarNode scalar, Schema type, String label) {
        List<String> symbols = type.getEnumSymbols();
        String text = scalar.getValue();
        int number = scalar.getTag().equals(Tag.INT) && text.matches("\\d{1,4}") ? Integer.parseInt(text) : -1;
        // proto3's JSON readers take the number too; symbols are listed by number.
        String symbol = number >= 0 && number < symbols.size() ? symbols.get(number) : text;
        if (!symbols.contains(symbol)) {
            diagnostics.error(
                    scalar,
                    label + ": " + describe(scalar) + " is not one of " + String.join(", ", symbols)
                            + NearestSpelling.hint(text, symbols));
            return null;
        }
        return enumConstant(type, symbol);
    }

    private static Object enumConstant(Schema type, String symbol) {
        GenericData data = SpecificData.get();
        return data.createEnum(symbol, type);
    }

    private void unsupportedTag(ScalarNode scalar, String label) {
        diagnostics.error(scalar, label + ": tag " + scalar.getTag() + " is not supported (expected: plain YAML)");
    }

    private static boolean isNumber(ScalarNode scalar) {
        return scalar.getTag().equals(Tag.INT) || scalar.getTag().equals(Tag.FLOAT);
    }

    private static boolean looksNumeric(String text) {
        return text.matches("[-+]?\\d+(\\.\\d+)?");
    }

    private static String describe(ScalarNode scalar) {
        return isNumber(scalar) || scalar.getTag().equals(Tag.BOOL)
                ? scalar.getValue()
                : "\"" + clip(scalar.getValue()) + "\"";
    }

    /** Control characters would reach a terminal, and long values hide the message. */
    static String clip(String text) {
        String shown = text.length() > 80 ? text.substring(0, 77) + "..." : text;
        return shown.replaceAll("\\p{Cntrl}", "?");
    }

    static String shapeOf(Node node) {
        return switch (node.getNodeType()) {
            case SEQUENCE -> "a list";
            case MAPPING -> "a mapping";
            default -> "a single value";
        };
    }

    static String expectation(Schema type, Schema.Field field) {
        String format = field.getProp("format");
        if (format != null) {
            return switch (format) {
                case "base64" -> "base64 text";
                case "intOrString" -> "a number or a name";
                default -> "a " + format;
            };
        }
        return switch (type.getType()) {
            case STRING -> "a string";
            case BOOLEAN -> "true or false";
            case INT, LONG -> "a whole number";
            case DOUBLE, FLOAT -> "a number";
            case ENUM -> "one of " + String.join(", ", type.getEnumSymbols());
            case ARRAY -> "a list";
            default -> "a mapping";
        };
    }
}
