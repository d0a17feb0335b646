package weft.local.mesh;

import java.io.PrintStream;

/** Prints what has been reached, one line each. Confined to one thread. */
final class Steps {
    private static final String GREEN = "\u001B[32m";
    private static final String RED = "\u001B[31m";
    private static final String RESET = "\u001B[0m";

    private final PrintStream out;
    private final boolean color;

    Steps(PrintStream out, boolean color) {
        this.out = out;
        this.color = color;
    }

    /** On standard output, in colour when that is a terminal that has some. */
    static Steps toStandardOutput() {
        boolean color = Boolean.getBoolean("weft.tty")
                && System.getenv("NO_COLOR") == null
                && !"dumb".equals(System.getenv("TERM"));
        return new Steps(System.out, color);
    }

    void done(String what, String where) {
        out.println(mark("✔", GREEN) + pad(what) + where);
    }

    /** @param nanos how long it took */
    void done(String what, String where, long nanos) {
        out.println(mark("✔", GREEN) + pad(what) + "%-46s %5.1f s".formatted(where, nanos / 1e9));
    }

    void failed(String what, String why) {
        out.println(mark("✘", RED) + pad(what) + why);
    }

    void line(String text) {
        out.println(text);
    }

    private String mark(String sign, String code) {
        return (color ? code + sign + RESET : sign) + " ";
    }

    private static String pad(String what) {
        return "%-26s ".formatted(what);
    }
}
