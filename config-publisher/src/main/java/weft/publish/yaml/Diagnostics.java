package weft.publish.yaml;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;
import weft.publish.yaml.Diagnostic.Severity;

/** Collects what is wrong with one source text. Confined to the decoding thread. */
final class Diagnostics {
    /** Enough to mend a file in one go; a thousand more of the same help nobody. */
    static final int MAX_PER_DOCUMENT = 100;

    /** Longer values hide what is said of them. */
    private static final int MAX_MESSAGE = 600;

    /** The warning about a field that is read past with {@link Strictness#LENIENT}. */
    static final String UNKNOWN_FIELD = "WFT0105";

    private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}&&[^\\t]]");

    private final String file;
    private final List<String> lines;
    private final Strictness strictness;
    private final List<Diagnostic> found = new ArrayList<>();
    private int unreported;

    Diagnostics(SourceText source, Strictness strictness) {
        this(source.name(), source.lines(), strictness);
    }

    private Diagnostics(String file, List<String> lines, Strictness strictness) {
        this.file = file;
        this.lines = lines;
        this.strictness = strictness;
    }

    /** An empty collection for the next document of the same text. */
    Diagnostics forNextDocument() {
        return new Diagnostics(file, lines, strictness);
    }

    void error(Node at, String message) {
        add(Severity.ERROR, at.getStartMark(), at.getEndMark(), message);
    }

    void warning(Node at, String message) {
        add(Severity.WARNING, at.getStartMark(), at.getEndMark(), message);
    }

    /** A field that nobody knows: an error, or read past. */
    void unknownField(Node at, String message) {
        if (strictness == Strictness.LENIENT) {
            warning(at, UNKNOWN_FIELD, message + "; ignored");
        } else {
            error(at, message);
        }
    }

    /** A warning that programs know by its code. */
    void warning(Node at, String code, String message) {
        add(Severity.WARNING, at.getStartMark(), at.getEndMark(), code, message);
    }

    void error(Optional<Mark> at, String message) {
        add(Severity.ERROR, at, Optional.empty(), message);
    }

    void add(Severity severity, Optional<Mark> start, Optional<Mark> end, String message) {
        add(severity, start, end, "", message);
    }

    private void add(Severity severity, Optional<Mark> start, Optional<Mark> end, String code, String message) {
        Severity counted = strictness == Strictness.STRICT ? Severity.ERROR : severity;
        if (found.size() >= MAX_PER_DOCUMENT) {
            unreported++;
            return;
        }
        int line = start.map(Mark::getLine).orElse(-1) + 1;
        int column = start.map(Mark::getColumn).orElse(0) + 1;
        boolean oneLine = end.isPresent() && end.get().getLine() + 1 == line;
        int width = oneLine ? Math.max(1, end.get().getColumn() + 1 - column) : 1;
        String excerpt = line >= 1 && line <= lines.size() ? lines.get(line - 1) : "";
        found.add(new Diagnostic(
                file,
                line,
                column,
                width,
                counted,
                code,
                plain(message),
                CONTROL.matcher(excerpt).replaceAll("?")));
    }

    /** Control characters would reach a terminal; of very long values the beginning and the end tell enough. */
    private static String plain(String text) {
        String shown = text.length() <= MAX_MESSAGE
                ? text
                : text.substring(0, MAX_MESSAGE / 2) + "..." + text.substring(text.length() - MAX_MESSAGE / 2);
        return CONTROL.matcher(shown).replaceAll("?");
    }

    boolean hasErrors() {
        return unreported > 0 || found.stream().anyMatch(Diagnostic::isError);
    }

    /** Everything found, in the order of the text. */
    List<Diagnostic> sorted() {
        List<Diagnostic> sorted = new ArrayList<>(found);
        sorted.sort(java.util.Comparator.comparingInt(Diagnostic::line).thenComparingInt(Diagnostic::column));
        if (unreported > 0) {
            sorted.add(Diagnostic.ofFile(file, unreported + " more problems are not shown"));
        }
        return List.copyOf(sorted);
    }
}
