package weft.publish.explain;

/** Colour for people, or none. Immutable. */
public record Paint(boolean isColoured) {
    private static final String END = "\u001b[0m";

    String good(String text) {
        return in(32, text);
    }

    String bad(String text) {
        return in(31, text);
    }

    String quiet(String text) {
        return in(2, text);
    }

    String strong(String text) {
        return in(1, text);
    }

    private String in(int code, String text) {
        return isColoured && !text.isEmpty() ? "\u001b[" + code + "m" + text + END : text;
    }
}
