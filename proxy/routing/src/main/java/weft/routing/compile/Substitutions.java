package weft.routing.compile;

/**
 * RE2 replacement texts, where {@code \1} names a group, to those of re2j, where {@code $1} does. Thread-safe:
 * functions only.
 */
final class Substitutions {
    private Substitutions() {}

    /** Refuses what would fail at the first request: a group the pattern lacks, a stray backslash. */
    static String toJava(String rewrite, int groups) {
        StringBuilder java = new StringBuilder();
        boolean afterGroup = false;
        for (int i = 0; i < rewrite.length(); i++) {
            char c = rewrite.charAt(i);
            char next = i + 1 < rewrite.length() ? rewrite.charAt(i + 1) : 0;
            if (c == '\\' && isDigit(next) && next - '0' <= groups) {
                java.append('$').append(next);
                afterGroup = true;
                i++;
                continue;
            }
            if (c == '\\' && next != '\\') {
                throw new RuleException(
                        "InvalidRewrite",
                        "rewrite: \"" + rewrite + "\" (expected: \\0 to \\" + groups + ", or \\\\ for a backslash)");
            }
            if (c == '\\') {
                i++;
            }
            if (c == '\\' || c == '$' || (afterGroup && isDigit(c))) {
                java.append('\\');
            }
            java.append(c);
            afterGroup = false;
        }
        return java.toString();
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
