package weft.publish.yaml;

import java.math.BigDecimal;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as Istio writes them, {@code "1h30m"}, {@code "1.5s"}, {@code "20ms"}, and as records hold them. Pure. */
public final class DurationText {
    /** What Go's 64 bits of nanoseconds hold, rounded down to an hour: longer ones no Istio accepts either. */
    static final long MAX_MILLIS = 2_562_047L * 3_600_000L;

    private static final String EXPECTED = "a number with a unit, as in \"1.5s\", \"100ms\" or \"1h30m\"";
    private static final int MAX_LENGTH = 64;
    private static final Pattern PART = Pattern.compile("(\\d+\\.?\\d*|\\.\\d+)(ns|us|µs|μs|ms|s|m|h)");
    private static final Map<String, BigDecimal> MILLIS = Map.of(
            "ns",
            new BigDecimal("0.000001"),
            "us",
            new BigDecimal("0.001"),
            "µs",
            new BigDecimal("0.001"),
            "μs",
            new BigDecimal("0.001"),
            "ms",
            BigDecimal.ONE,
            "s",
            BigDecimal.valueOf(1_000),
            "m",
            BigDecimal.valueOf(60_000),
            "h",
            BigDecimal.valueOf(3_600_000));

    private DurationText() {}

    /**
     * Reads a duration in whole milliseconds.
     *
     * @throws IllegalArgumentException when the text is no duration, or finer than a millisecond, or out of range; the
     *     message ends in what is expected
     */
    public static long parseMillis(String text) {
        String body = text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
        if (body.equals("0")) {
            return 0;
        }
        Matcher part = PART.matcher(body);
        BigDecimal millis = BigDecimal.ZERO;
        int end = 0;
        while (body.length() <= MAX_LENGTH && end < body.length() && part.find(end) && part.start() == end) {
            BigDecimal unit = MILLIS.get(part.group(2));
            millis = millis.add(new BigDecimal(part.group(1)).multiply(unit == null ? BigDecimal.ZERO : unit));
            end = part.end();
        }
        if (body.isEmpty() || end < body.length()) {
            throw new IllegalArgumentException("\"" + text + "\" is not a duration (expected: " + EXPECTED + ")");
        }
        if (millis.compareTo(BigDecimal.valueOf(MAX_MILLIS)) > 0) {
            throw new IllegalArgumentException("\"" + text + "\" is too long (expected: at most 2562047h)");
        }
        if (millis.stripTrailingZeros().scale() > 0) {
            throw new IllegalArgumentException("\"" + text + "\" is too fine (expected: whole milliseconds)");
        }
        return text.startsWith("-") ? -millis.longValueExact() : millis.longValueExact();
    }

    /** The form every proto3 reader knows: seconds, with a fraction when there is one. */
    public static String format(long millis) {
        return BigDecimal.valueOf(millis, 3).stripTrailingZeros().toPlainString() + "s";
    }
}
