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

    /** Condition on a header field, repeated fields joined by a comma; inverted for withoutHeaders. */
    public record HeaderMatch(String name, StringMatcher value, boolean invert) {}

    /** Condition on a query parameter. */
    public record QueryMatch(String name, StringMatcher value) {}

    public RouteMatch {
        headers = List.copyOf(headers);
        queryParams = List.copyOf(queryParams);
    }

    public static RouteMatch prefix(String prefix) {
        return new RouteMatch(new StringMatcher.Prefix(prefix, false), null, null, null, List.of(), List.of());
    }

    public boolean matches(RequestHead head) {
        if (path != null && !path.matches(head.path().substring(0, head.pathLength()))) {
            return false;
        }
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
            HeaderMatch header = headers.get(i);
            String value = head.headers().joined(header.name());
            if ((value != null && header.value().matches(value)) == header.invert()) {
                return false;
            }
        }
        return queryParams.isEmpty();
    }
}
