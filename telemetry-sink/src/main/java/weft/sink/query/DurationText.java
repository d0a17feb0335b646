package weft.sink.query;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Spans of time as people type them: 200ms, 60s, 5m, 1h, 7d. */
public final class DurationText {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");

    private DurationText() {}

    /**
     * Milliseconds of a span.
     *
     * @throws IllegalArgumentException when the text has another form
     */
    public static long millis(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "duration: \"" + text + "\" (expected: a number and ms, s, m, h or d, as 60s)");
        }
        long unit = switch (matcher.group(2)) {
            case "ms" -> 1L;
            case "s" -> 1_000L;
            case "m" -> 60_000L;
            case "h" -> 3_600_000L;
            default -> 86_400_000L;
        };
        return Long.parseLong(matcher.group(1)) * unit;
    }
}
