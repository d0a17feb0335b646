package weft.publish.explain;

import java.util.ArrayList;
import java.util.List;

/** Breaks text at blanks so that it fits a terminal. Thread-safe: functions only. */
final class Wrapping {
    /** Narrower, broken lines help nobody. */
    private static final int LEAST = 24;

    private Wrapping() {}

    /**
     * The lines of a text that stands at a column.
     *
     * @param width of the terminal; 0 for no bound
     * @param column where the text begins
     */
    static List<String> wrap(String text, int column, int width) {
        if (width == 0) {
            return List.of(text);
        }
        int room = Math.max(LEAST, width - column);
        List<String> lines = new ArrayList<>();
        String rest = text;
        while (rest.codePointCount(0, rest.length()) > room) {
            int end = rest.offsetByCodePoints(0, room);
            int blank = rest.lastIndexOf(' ', end);
            int cut = blank > 0 ? blank : end;
            lines.add(rest.substring(0, cut));
            rest = rest.substring(cut).stripLeading();
        }
        lines.add(rest);
        return lines;
    }
}
