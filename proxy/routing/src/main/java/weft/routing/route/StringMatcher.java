package weft.routing.route;

import com.google.re2j.Pattern;

/** Istio's StringMatch: exact, prefix or RE2 full match. Immutable. */
public sealed interface StringMatcher {

    boolean matches(String value);

    /** Equal, or equal but for ASCII case. */
    record Exact(String expected, boolean ignoreCase) implements StringMatcher {
        @Override
        public boolean matches(String value) {
            return ignoreCase ? expected.equalsIgnoreCase(value) : expected.equals(value);
        }
    }

    /** Byte prefix: {@code /v2} matches {@code /v2x}. */
    record Prefix(String prefix, boolean ignoreCase) implements StringMatcher {
        @Override
        public boolean matches(String value) {
            return value.regionMatches(ignoreCase, 0, prefix, 0, prefix.length());
        }
    }

    /** RE2, whole value. */
    record Regex(Pattern pattern) implements StringMatcher {
        @Override
        public boolean matches(String value) {
            return pattern.matches(value);
        }
    }

    /** Any value, as long as there is one. */
    record Present() implements StringMatcher {
        @Override
        public boolean matches(String value) {
            return true;
        }
    }
}
