package weft.publish.yaml;

/**
 * One complaint about a rule file, with the place it is about. Immutable.
 *
 * @param line counted from 1; 0 when the complaint is about the file as a whole
 * @param column counted from 1
 * @param width characters to underline, at least 1
 * @param code by which programs know the complaint, as {@code WFT0101}; empty for those that are told by their text
 * @param excerpt the source line, empty when there is none
 */
public record Diagnostic(
        String file, int line, int column, int width, Severity severity, String code, String message, String excerpt) {
    private static final int MAX_EXCERPT = 160;

    /** A complaint without a code. */
    public Diagnostic(String file, int line, int column, int width, Severity severity, String message, String excerpt) {
        this(file, line, column, width, severity, "", message, excerpt);
    }

    /** Whether a complaint forbids publishing. */
    public enum Severity {
        WARNING,
        ERROR
    }

    /** A complaint about a file as a whole. */
    public static Diagnostic ofFile(String file, String message) {
        return new Diagnostic(file, 0, 0, 1, Severity.ERROR, message, "");
    }

    public boolean isError() {
        return severity == Severity.ERROR;
    }

    /** The complaint on one line: {@code rules.yaml:14:9: unknown field "prefx" (did you mean "prefix"?)}. */
    public String headline() {
        String place = line == 0 ? file + ": " : file + ":" + line + ":" + column + ": ";
        return place + (isError() ? "" : "warning: ") + (code.isEmpty() ? "" : code + " ") + message;
    }

    /** The headline, then the source line with a caret under the place. */
    public String render() {
        if (excerpt.isBlank() || excerpt.length() > MAX_EXCERPT) {
            return headline();
        }
        String number = String.format("%5d", line);
        // Tabs stay tabs in the caret line, so that it lines up whatever their width.
        StringBuilder indent = new StringBuilder();
        excerpt.substring(0, Math.min(column - 1, excerpt.length()))
                .codePoints()
                .forEach(c -> indent.append(c == '\t' ? '\t' : ' '));
        int underlined = Math.max(1, Math.min(width, excerpt.length() - column + 1));
        return headline() + "\n" + number + " | " + excerpt + "\n" + " ".repeat(number.length()) + " | " + indent
                + "^".repeat(underlined);
    }
}
