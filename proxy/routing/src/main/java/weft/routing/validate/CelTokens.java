package weft.routing.validate;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;

/** The words of a CEL expression, one after another. Confined to one validation. */
final class CelTokens {
    /** What a word is. */
    enum Kind {
        NAME,
        LITERAL,
        SIGN,
        END,
        /** No word of CEL begins here. */
        BAD
    }

    private static final String ESCAPE =
            "\\\\(?:[abfnrtv\\\\?\"'`]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})";

    private static final Pattern SPACE = Pattern.compile("(?:[ \\t\\n\\f\\r]|//[^\\n]*)*");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Pattern NUMBER =
            Pattern.compile("(?:[0-9]+\\.[0-9]+(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+|\\.[0-9]+(?:[eE][-+]?[0-9]+)?"
                    + "|0x[0-9a-fA-F]+[uU]?|[0-9]+[uU]?)");
    private static final Pattern TEXT =
            Pattern.compile("(?s:[bB]?(?:\"\"\"(?:[^\\\\]|" + ESCAPE + ")*?\"\"\"|'''(?:[^\\\\]|"
                    + ESCAPE + ")*?'''|\"(?:[^\\\\\"\\n\\r]|" + ESCAPE + ")*\"|'(?:[^\\\\'\\n\\r]|" + ESCAPE + ")*')"
                    + "|[bB]?[rR](?:\"\"\".*?\"\"\"|'''.*?'''|\"[^\"\\n\\r]*\"|'[^'\\n\\r]*'))");
    private static final Pattern SIGN = Pattern.compile("==|!=|<=|>=|&&|\\|\\||[-+*/%!<>?:.,()\\[\\]{}]");

    private final String expression;
    private int end;
    private int start;
    private Kind kind = Kind.END;

    CelTokens(String expression) {
        this.expression = expression;
        next();
    }

    /** Goes to the next word. */
    void next() {
        start = match(SPACE, end);
        int text = match(TEXT, start);
        int name = match(NAME, start);
        int number = match(NUMBER, start);
        int sign = match(SIGN, start);
        if (start == expression.length()) {
            kind = Kind.END;
            end = start;
        } else if (text > start) {
            set(Kind.LITERAL, text);
        } else if (name > start) {
            set(Kind.NAME, name);
        } else if (number > start) {
            set(Kind.LITERAL, number);
        } else if (sign > start) {
            set(Kind.SIGN, sign);
        } else {
            set(Kind.BAD, start + 1);
        }
    }

    private void set(Kind found, int until) {
        kind = found;
        end = until;
    }

    private int match(Pattern pattern, int from) {
        Matcher matcher = pattern.matcher(expression);
        return matcher.find(from) && matcher.start() == from ? matcher.end() : from;
    }

    Kind kind() {
        return kind;
    }

    /** The word, empty at the end. */
    String word() {
        return expression.substring(start, end);
    }

    boolean is(String word) {
        return kind != Kind.LITERAL && word().equals(word);
    }

    /** Goes past the word when it is this one. */
    boolean take(String word) {
        boolean found = is(word);
        if (found) {
            next();
        }
        return found;
    }

    /** Where the word stands, from 1. */
    int column() {
        return start + 1;
    }
}
