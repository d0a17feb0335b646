package weft.routing.validate;

import java.util.Locale;
import java.util.Set;
import java.util.function.IntPredicate;

/** The words of a CEL expression, one after another, each looked at once. Confined to one validation. */
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

    private static final Set<String> DOUBLE_SIGNS = Set.of("==", "!=", "<=", ">=", "&&", "||");
    private static final String SIGNS = "-+*/%!<>?:.,()[]{}";
    private static final String QUOTES = "\"'";
    private static final String ESCAPED = "abfnrtv\\?\"'`";

    private final String text;
    private int start;
    private int end;
    private Kind kind = Kind.END;

    CelTokens(String text) {
        this.text = text;
        next();
    }

    /** Goes to the next word. */
    void next() {
        start = afterSpace(end);
        int quote = quote();
        if (start == text.length()) {
            set(Kind.END, start);
        } else if (quote >= 0) {
            int closed = afterText(
                    quote, text.substring(start, quote).toLowerCase(Locale.ROOT).contains("r"));
            set(closed < 0 ? Kind.BAD : Kind.LITERAL, closed < 0 ? start + 1 : closed);
        } else if (isLetter(at(start))) {
            set(Kind.NAME, after(start, c -> isLetter(c) || isDigit(c)));
        } else if (isDigit(at(start)) || (at(start) == '.' && isDigit(at(start + 1)))) {
            set(Kind.LITERAL, afterNumber());
        } else if (DOUBLE_SIGNS.contains(text.substring(start, Math.min(start + 2, text.length())))) {
            set(Kind.SIGN, start + 2);
        } else {
            set(SIGNS.indexOf(at(start)) >= 0 ? Kind.SIGN : Kind.BAD, start + 1);
        }
    }

    private void set(Kind found, int until) {
        kind = found;
        end = until;
    }

    /** The character, 0 after the end. */
    private char at(int index) {
        return index < text.length() ? text.charAt(index) : 0;
    }

    private int after(int from, IntPredicate belongs) {
        int index = from;
        while (index < text.length() && belongs.test(text.charAt(index))) {
            index++;
        }
        return index;
    }

    private int afterSpace(int from) {
        int index = from;
        while (true) {
            index = after(index, c -> c == ' ' || (c >= '\t' && c <= '\r' && c != 0x0b));
            if (at(index) != '/' || at(index + 1) != '/') {
                return index;
            }
            index = after(index, c -> c != '\n');
        }
    }

    private int afterNumber() {
        if (at(start) == '0' && at(start + 1) == 'x') {
            int hex = after(start + 2, c -> Character.digit(c, 16) >= 0);
            return Character.toLowerCase(at(hex)) == 'u' ? hex + 1 : hex;
        }
        int index = after(start, CelTokens::isDigit);
        boolean fraction = at(index) == '.' && isDigit(at(index + 1));
        if (fraction) {
            index = after(index + 1, CelTokens::isDigit);
        }
        int sign = at(index + 1) == '-' || at(index + 1) == '+' ? 1 : 0;
        if (Character.toLowerCase(at(index)) == 'e' && isDigit(at(index + 1 + sign))) {
            return after(index + 1 + sign, CelTokens::isDigit);
        }
        return !fraction && Character.toLowerCase(at(index)) == 'u' ? index + 1 : index;
    }

    /** Where the quote of a text that begins here stands, behind {@code b} and {@code r}; -1 when none begins. */
    private int quote() {
        int index = start;
        if (Character.toLowerCase(at(index)) == 'b') {
            index++;
        }
        if (Character.toLowerCase(at(index)) == 'r') {
            index++;
        }
        return at(index) != 0 && QUOTES.indexOf(at(index)) >= 0 ? index : -1;
    }

    /** The place behind a text, -1 when it does not end or holds what is no escape. */
    private int afterText(int quote, boolean raw) {
        String one = text.substring(quote, quote + 1);
        String close = text.startsWith(one.repeat(3), quote) ? one.repeat(3) : one;
        int index = quote + close.length();
        while (index < text.length()) {
            char c = text.charAt(index);
            if (text.startsWith(close, index)) {
                return index + close.length();
            }
            if (close.length() == 1 && (c == '\n' || c == '\r')) {
                return -1;
            }
            int length = c == '\\' && !raw ? escape(index + 1) : 1;
            if (length < 0) {
                return -1;
            }
            index += length;
        }
        return -1;
    }

    /** Length of an escape with its backslash, -1 when it is none. */
    private int escape(int index) {
        char c = at(index);
        int digits = c == 'x' || c == 'X' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
        if (digits > 0) {
            return after(index + 1, d -> Character.digit(d, 16) >= 0) >= index + 1 + digits ? digits + 2 : -1;
        }
        if (c >= '0' && c <= '3') {
            return after(index, d -> d >= '0' && d <= '7') >= index + 3 ? 4 : -1;
        }
        return c != 0 && ESCAPED.indexOf(c) >= 0 ? 2 : -1;
    }

    private static boolean isLetter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    Kind kind() {
        return kind;
    }

    /** The word, empty at the end. */
    String word() {
        return text.substring(start, end);
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
