package weft.routing.route;

import com.google.re2j.Pattern;

/** Istio's StringMatch: exact, prefix or RE2 full match. Immutable. */
public sealed interface StringMatcher {

    /** Tests the characters of a text from one index up to another. */
    boolean matches(String text, int from, int to);

    default boolean matches(String value) {
        return matches(value, 0, value.length());
    }

    /** Equal, or equal but for ASCII case. */
    record Exact(String expected, boolean ignoreCase) implements StringMatcher {
        @Override
        public boolean matches(String text, int from, int to) {
            return to - from == expected.length()
                    && text.regionMatches(ignoreCase, from, expected, 0, expected.length());
        }
    }

    /** Byte prefix: {@code /v2} matches {@code /v2x}. */
    record Prefix(String prefix, boolean ignoreCase) implements StringMatcher {
        @Override
        public boolean matches(String text, int from, int to) {
            return to - from >= prefix.length() && text.regionMatches(ignoreCase, from, prefix, 0, prefix.length());
        }
    }

    /** RE2, whole value. */
    record Regex(Pattern pattern) implements StringMatcher {
        @Override
        public boolean matches(String text, int from, int to) {
            return pattern.matches(from == 0 && to == text.length() ? text : text.substring(from, to));
        }
    }

    /** Any value, as long as there is one. */
    record Present() implements StringMatcher {
        @Override
        public boolean matches(String text, int from, int to) {
            return true;
        }
    }
}
