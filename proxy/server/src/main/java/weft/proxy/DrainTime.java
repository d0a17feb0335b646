package weft.proxy;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/** A duration option: {@code 500ms}, {@code 5s}, {@code 1m}. Immutable. */
record DrainTime(long millis) {
    private static final Pattern FORM = Pattern.compile("(\\d{1,6})(ms|s|m)");

    /** @throws TypeConversionException when the text has another form */
    static DrainTime valueOf(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new TypeConversionException("\"" + text + "\" (expected: a duration, as 500ms, 5s or 1m)");
        }
        long number = Long.parseLong(form.group(1));
        return new DrainTime(
                switch (form.group(2)) {
                    case "ms" -> number;
                    case "s" -> number * 1_000;
                    default -> number * 60_000;
                });
    }
}
