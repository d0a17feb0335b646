package weft.routing.route;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.routing.http.RequestHead;

/**
 * Conditions of one route, all of which must hold. Immutable. Istio VirtualService, HTTPMatchRequest.
 *
 * @param path on the path without query, null for any
 * @param queryParams on the first raw value of each parameter
 */
public record RouteMatch(
        @Nullable StringMatcher path,
        @Nullable StringMatcher method,
        @Nullable StringMatcher scheme,
        @Nullable StringMatcher authority,
        List<HeaderMatch> headers,
        List<QueryMatch> queryParams) {
    public static final RouteMatch ANY = new RouteMatch(null, null, null, null, List.of(), List.of());

    /**
     * Condition on a header field, repeated fields joined by a comma; inverted for withoutHeaders.
     *
     * @param source of the value; a pseudo header's, and host's, stands apart from the fields
     */
    public record HeaderMatch(String name, StringMatcher value, boolean invert, Source source) {

        /** What of a request a name stands for. */
        public enum Source {
            FIELD,
            AUTHORITY,
            METHOD,
            PATH,
            SCHEME;

            /** The value that a request has by this name, in lower case; null for none. */
            static @Nullable String of(String name, RequestHead head) {
                return of(name).value(name, head);
            }

            private @Nullable String value(String name, RequestHead head) {
                return switch (this) {
                    case FIELD -> head.headers().joined(name);
                    case AUTHORITY -> head.authority();
                    case METHOD -> head.method();
                    case PATH -> head.path();
                    case SCHEME -> head.scheme();
                };
            }

            private static Source of(String name) {
                return switch (name) {
                    case ":authority", "host" -> AUTHORITY;
                    case ":method" -> METHOD;
                    case ":path" -> PATH;
                    case ":scheme" -> SCHEME;
                    default -> FIELD;
                };
            }
        }

        /** @param name in lower case */
        public HeaderMatch(String name, StringMatcher value, boolean invert) {
            this(name, value, invert, Source.of(name));
        }

        public boolean holds(RequestHead head) {
            String found = found(head);
            if (found == null) {
                // Without a header there is nothing to match, but withoutHeaders takes its value for empty.
                return invert && (value instanceof StringMatcher.Present || !value.matches(""));
            }
            return value.matches(found) != invert;
        }

        /** The value a request has, or null. */
        public @Nullable String found(RequestHead head) {
            return source.value(name, head);
        }
    }

    /** Condition on the first raw value of a query parameter, empty for a bare name. */
    public record QueryMatch(String name, StringMatcher value) {
        public boolean holds(RequestHead head) {
            String path = head.path();
            int from = head.pathLength() + 1;
            while (from <= path.length()) {
                int end = path.indexOf('&', from);
                end = end < 0 ? path.length() : end;
                int nameEnd = from + name.length();
                if (path.startsWith(name, from) && nameEnd <= end) {
                    if (nameEnd == end) {
                        return value.matches(path, end, end);
                    }
                    if (path.charAt(nameEnd) == '=') {
                        return value.matches(path, nameEnd + 1, end);
                    }
                }
                from = end + 1;
            }
            return false;
        }
    }

    public RouteMatch {
        headers = List.copyOf(headers);
        queryParams = List.copyOf(queryParams);
    }

    public static RouteMatch prefix(String prefix) {
        return new RouteMatch(new StringMatcher.Prefix(prefix, false), null, null, null, List.of(), List.of());
    }

    public boolean matches(RequestHead head) {
        return (path == null || path.matches(head.path(), 0, head.pathLength())) && matchesBesidesPath(head);
    }

    /** Whether there is no condition but that on the path. */
    boolean isOnPathOnly() {
        return method == null && scheme == null && authority == null && headers.isEmpty() && queryParams.isEmpty();
    }

    /** Whether all conditions but that on the path hold. */
    boolean matchesBesidesPath(RequestHead head) {
        if (method != null && !method.matches(head.method())) {
            return false;
        }
        if (scheme != null && !scheme.matches(head.scheme())) {
            return false;
        }
        if (authority != null && !authority.matches(head.authority())) {
            return false;
        }
        for (int i = 0; i < headers.size(); i++) {
            if (!headers.get(i).holds(head)) {
                return false;
            }
        }
        for (int i = 0; i < queryParams.size(); i++) {
            if (!queryParams.get(i).holds(head)) {
                return false;
            }
        }
        return true;
    }
}
