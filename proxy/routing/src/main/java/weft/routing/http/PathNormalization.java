package weft.routing.http;

import org.jspecify.annotations.Nullable;

/**
 * How a path is made canonical, once per request, so that routing, policy and the upstream see the same: the values of
 * Istio's mesh option. Immutable.
 *
 * <p>BASE removes dot segments as in RFC 3986, turns {@code \\} into {@code /} and decodes percent-encoded unreserved
 * characters; slashes are not merged, {@code %2F} and {@code %5C} stay, case stays, the query stays.
 */
public enum PathNormalization {
    /** The path as it was sent. */
    NONE(false, false, false),
    BASE(true, false, false),
    /** BASE, then runs of slashes to one. */
    MERGE_SLASHES(true, false, true),
    /** {@code %2F} and {@code %5C} decoded, then MERGE_SLASHES. */
    DECODE_AND_MERGE_SLASHES(true, true, true);

    private static final String BOTH_SLASHES = "//";

    private final boolean isBase;
    private final boolean decodesSlashes;
    private final boolean mergesSlashes;

    PathNormalization(boolean isBase, boolean decodesSlashes, boolean mergesSlashes) {
        this.isBase = isBase;
        this.decodesSlashes = decodesSlashes;
        this.mergesSlashes = mergesSlashes;
    }

    /**
     * The canonical form of a request target in origin form; the very same string when it is canonical already.
     *
     * @return null when it must be refused (400, path_normalization_failed): an encoded NUL or a broken escape in the
     *     path, a fragment (CVE-2021-32779), or no path at all
     */
    public @Nullable String normalize(String pathAndQuery) {
        int query = pathAndQuery.indexOf('?');
        int pathEnd = query < 0 ? pathAndQuery.length() : query;
        if (pathEnd == 0 || pathAndQuery.indexOf('#') >= 0) {
            return null;
        }
        if (!isBase || pathAndQuery.equals("*") || isNormal(pathAndQuery, pathEnd)) {
            return pathAndQuery;
        }
        String path = pathAndQuery.substring(0, pathEnd);
        String unescaped = decodesSlashes ? decodeSlashes(path) : path;
        StringBuilder out = new StringBuilder(pathAndQuery.length() + 1);
        if (!decode(unescaped, unescaped.length(), out)) {
            return null;
        }
        removeDotSegments(out);
        if (mergesSlashes) {
            mergeSlashes(out);
        }
        return out.append(pathAndQuery, pathEnd, pathAndQuery.length()).toString();
    }

    /** {@code %2F} and {@code %5C}, whatever their case; all else stays. */
    static String decodeSlashes(String path) {
        StringBuilder out = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            if (path.regionMatches(true, i, "%2F", 0, 3)) {
                out.append('/');
                i += 2;
            } else if (path.regionMatches(true, i, "%5C", 0, 3)) {
                out.append('\\');
                i += 2;
            } else {
                out.append(path.charAt(i));
            }
        }
        return out.toString();
    }

    /** Every run of slashes to one, in place. */
    static void mergeSlashes(StringBuilder path) {
        int to = 0;
        for (int from = 0; from < path.length(); from++) {
            char c = path.charAt(from);
            if (c != '/' || to == 0 || path.charAt(to - 1) != '/') {
                path.setCharAt(to++, c);
            }
        }
        path.setLength(to);
    }

    /** Cheap test that lets the common path through without a copy: it may say no to a normal path, never yes to another. */
    private boolean isNormal(String path, int end) {
        if (path.charAt(0) != '/') {
            return false;
        }
        for (int i = 0; i < end; i++) {
            char c = path.charAt(i);
            if (c == '%' || c == '\\' || (c == '.' && path.charAt(i - 1) == '/')) {
                return false;
            }
        }
        return !mergesSlashes || path.lastIndexOf(BOTH_SLASHES, end - 2) < 0;
    }

    private static boolean decode(String path, int end, StringBuilder out) {
        char first = path.charAt(0);
        if (first != '/' && first != '\\') {
            out.append('/');
        }
        for (int i = 0; i < end; i++) {
            char c = path.charAt(i);
            if (c != '%') {
                out.append(c == '\\' ? '/' : c);
                continue;
            }
            int value = i + 2 < end ? hex(path.charAt(i + 1)) << 4 | hex(path.charAt(i + 2)) : -1;
            if (value <= 0) {
                return false;
            }
            if (isUnreserved(value)) {
                out.append((char) value);
            } else {
                out.append(path, i, i + 3);
            }
            i += 2;
        }
        return true;
    }

    /** Value of a hex digit, or a negative number that stays negative when combined with another. */
    private static int hex(char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        int letter = (c | 0x20) - 'a';
        return letter >= 0 && letter < 6 && c < 0x80 ? letter + 10 : -1 << 8;
    }

    private static boolean isUnreserved(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '.'
                || c == '_'
                || c == '~';
    }

    /** RFC 3986, section 5.2.4, in place; the path begins with a slash. */
    private static void removeDotSegments(StringBuilder path) {
        int length = path.length();
        int to = 0;
        int from = 0;
        while (from < length) {
            int next = from + 1;
            while (next < length && path.charAt(next) != '/') {
                next++;
            }
            int dots = dots(path, from + 1, next);
            if (dots == 0) {
                for (int i = from; i < next; i++) {
                    path.setCharAt(to++, path.charAt(i));
                }
            } else {
                if (dots == 2) {
                    while (to > 0 && path.charAt(--to) != '/') {}
                }
                if (next == length) {
                    path.setCharAt(to++, '/');
                }
            }
            from = next;
        }
        path.setLength(to);
    }

    /** 1 for the segment {@code .}, 2 for {@code ..}, else 0. */
    private static int dots(StringBuilder path, int from, int to) {
        int length = to - from;
        if (length < 1 || length > 2 || path.charAt(from) != '.' || path.charAt(to - 1) != '.') {
            return 0;
        }
        return length;
    }
}
