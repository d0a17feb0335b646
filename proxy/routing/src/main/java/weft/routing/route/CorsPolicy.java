package weft.routing.route;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.routing.http.RequestHead;
import weft.routing.route.HeaderOperations.Field;

/**
 * Which other origins a browser may call a route from. Immutable.
 *
 * <p>Decides as Envoy's filter: an origin that is not allowed is no error, the answer only lacks the fields that a
 * browser asks for.
 *
 * @param allowOrigins any may match; one that matches {@code *} allows every origin
 * @param maxAgeSeconds how long a browser may remember the answer; -1 leaves the field out
 * @param forwardsUnmatchedPreflights to the upstream; else the proxy answers them, without allowing anything
 */
public record CorsPolicy(
        List<StringMatcher> allowOrigins,
        List<String> allowMethods,
        List<String> allowHeaders,
        List<String> exposeHeaders,
        long maxAgeSeconds,
        boolean allowCredentials,
        boolean forwardsUnmatchedPreflights) {
    /** Status of an answered preflight; its body is empty. */
    public static final int PREFLIGHT_STATUS = 200;

    private static final String REQUESTED_METHOD = "access-control-request-method";
    private static final String REQUESTED_HEADERS = "access-control-request-headers";

    public CorsPolicy {
        allowOrigins = List.copyOf(allowOrigins);
        allowMethods = List.copyOf(allowMethods);
        allowHeaders = List.copyOf(allowHeaders);
        exposeHeaders = List.copyOf(exposeHeaders);
    }

    /**
     * Fields of the proxy's own answer to this request, or null when the request goes on to its route.
     *
     * <p>An origin that is not allowed is told the rest of the policy all the same, as by Envoy: without
     * {@code access-control-allow-origin} a browser goes no further.
     */
    public @Nullable HeaderOperations preflight(RequestHead head) {
        String origin = origin(head);
        if (origin == null || !isPreflight(head)) {
            return null;
        }
        boolean isAllowed = allows(origin);
        if (!isAllowed && forwardsUnmatchedPreflights) {
            return null;
        }
        List<Field> fields = granted(isAllowed ? origin : null);
        join("access-control-allow-methods", asked(allowMethods, head, REQUESTED_METHOD), fields);
        join("access-control-allow-headers", asked(allowHeaders, head, REQUESTED_HEADERS), fields);
        if (isAllowed) {
            join("access-control-expose-headers", exposeHeaders, fields);
        }
        if (maxAgeSeconds >= 0) {
            fields.add(new Field("access-control-max-age", Long.toString(maxAgeSeconds)));
        }
        return new HeaderOperations(List.of(), fields, List.of());
    }

    /** The list, or what the client asks for where the list is {@code *}. */
    private static List<String> asked(List<String> allowed, RequestHead head, String field) {
        if (!allowed.equals(List.of("*"))) {
            return allowed;
        }
        String value = head.headers().get(field);
        return value == null || value.isEmpty() ? List.of() : List.of(value);
    }

    /** Edits of the upstream's answer to this request, which was not answered as a preflight. */
    public HeaderOperations response(RequestHead head) {
        String origin = origin(head);
        if (origin == null || !allows(origin)) {
            return HeaderOperations.NONE;
        }
        List<Field> fields = granted(origin);
        join("access-control-expose-headers", exposeHeaders, fields);
        return new HeaderOperations(List.of(), fields, List.of());
    }

    private static @Nullable String origin(RequestHead head) {
        String origin = head.headers().get("origin");
        return origin == null || origin.isEmpty() ? null : origin;
    }

    private static boolean isPreflight(RequestHead head) {
        String method = head.headers().get(REQUESTED_METHOD);
        return head.method().equals("OPTIONS") && method != null && !method.isEmpty();
    }

    private boolean allows(String origin) {
        for (StringMatcher allowed : allowOrigins) {
            if (allowed.matches("*") || allowed.matches(origin)) {
                return true;
            }
        }
        return false;
    }

    private List<Field> granted(@Nullable String origin) {
        List<Field> fields = new ArrayList<>();
        if (origin != null) {
            fields.add(new Field("access-control-allow-origin", origin));
        }
        if (allowCredentials) {
            fields.add(new Field("access-control-allow-credentials", "true"));
        }
        return fields;
    }

    private static void join(String name, List<String> values, List<Field> to) {
        if (!values.isEmpty()) {
            to.add(new Field(name, String.join(",", values)));
        }
    }
}
