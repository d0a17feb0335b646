package weft.publish.support;

import java.util.List;

/**
 * Something that is accepted and that no proxy acts on. Immutable.
 *
 * @param place a kind, or a record of the schemas and one of its fields: {@code HTTPRetry.retryRemoteLocalities}
 * @param values what of the field has no effect, a {@code *} at the end for anything that begins so; empty for all of it
 * @param effect what happens instead
 * @param isTold whether its use is worth a warning: not so where nobody can tell the difference
 */
public record Gap(Code code, String place, List<String> values, String effect, boolean isTold) {

    /** The warnings about gaps, by which programs know them. */
    public enum Code {
        /** A field. */
        WFT0101,
        /** Some values of a field. */
        WFT0102,
        /** A kind. */
        WFT0103,
        /** A kind whose purpose is to keep somebody out. */
        WFT0104
    }

    public Gap {
        values = List.copyOf(values);
    }

    static Gap field(String place, String effect) {
        return new Gap(Code.WFT0101, place, List.of(), effect, true);
    }

    /** A field whose use is not warned of. */
    static Gap quiet(String place, String effect) {
        return new Gap(Code.WFT0101, place, List.of(), effect, false);
    }

    static Gap values(String place, List<String> values, String effect) {
        return new Gap(Code.WFT0102, place, values, effect, true);
    }

    static Gap kind(String kind, String effect) {
        return new Gap(Code.WFT0103, kind, List.of(), effect, true);
    }

    static Gap policy(String kind, String effect) {
        return new Gap(Code.WFT0104, kind, List.of(), effect, true);
    }

    /** Whether this value of the field is one without effect. */
    public boolean covers(String value) {
        return values.isEmpty()
                || values.stream()
                        .anyMatch(one -> one.endsWith("*")
                                ? value.startsWith(one.substring(0, one.length() - 1))
                                : value.equalsIgnoreCase(one));
    }

    /** What a person reads, for the field by its name in the file and the value that is meant, if one is. */
    public String message(String name, String value) {
        return switch (code) {
            case WFT0101 -> "field \"" + name + "\" is not supported by this version: " + effect;
            case WFT0102 -> name + " \"" + value + "\" is not supported by this version: " + effect;
            case WFT0103 -> place + " has no effect in this version: " + effect;
            case WFT0104 -> place + " is NOT ENFORCED by this version: " + effect;
        };
    }
}
