package weft.publish.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Columns of text, as wide as their widest cell, three blanks apart. Confined to the command's thread. */
final class Table {
    private static final String GAP = "   ";

    private final List<String[]> rows = new ArrayList<>();

    Table(String... header) {
        rows.add(header);
    }

    void row(Object... cells) {
        rows.add(Arrays.stream(cells).map(cell -> safe(String.valueOf(cell))).toArray(String[]::new));
    }

    /** What others chose to name themselves must not steer the terminal. */
    static String safe(String text) {
        return text.chars().allMatch(c -> c >= ' ' && c != 0x7f) ? text : text.replaceAll("\\p{Cntrl}", "?");
    }

    void printTo(Terminal terminal) {
        int columns = rows.get(0).length;
        int[] widths = new int[columns];
        for (String[] row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row[i].codePointCount(0, row[i].length()));
            }
        }
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                line.append(row[i]);
                int blanks = widths[i] - row[i].codePointCount(0, row[i].length());
                line.append(i == columns - 1 ? "" : " ".repeat(blanks) + GAP);
            }
            terminal.print(line.toString().stripTrailing());
        }
    }
}
