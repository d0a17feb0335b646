package weft.publish.cli;

import java.time.Duration;
import weft.publish.yaml.DurationText;

/** Durations on the command line, spelt as in rules. Pure. */
final class Durations {
    private Durations() {}

    /**
     * Reads {@code 30s}.
     *
     * @throws CommandFailure naming the option when the text is no duration above zero
     */
    static Duration parse(String option, String text) {
        try {
            long millis = DurationText.parseMillis(text);
            if (millis <= 0) {
                throw new IllegalArgumentException("\"" + text + "\" is out of range (expected: more than 0s)");
            }
            return Duration.ofMillis(millis);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, option + ": " + e.getMessage(), e);
        }
    }

    /** {@code 12s}, {@code 5m}, {@code 3h}, {@code 2d}: one unit, as kubectl shows an age. */
    static String age(long millis) {
        long seconds = Math.max(0, millis) / 1_000;
        if (seconds < 120) {
            return seconds + "s";
        }
        if (seconds < 7_200) {
            return seconds / 60 + "m";
        }
        return seconds < 172_800 ? seconds / 3_600 + "h" : seconds / 86_400 + "d";
    }
}
