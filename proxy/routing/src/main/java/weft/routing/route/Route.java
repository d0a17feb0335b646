package weft.routing.route;

import org.jspecify.annotations.Nullable;

/**
 * One entry of a virtual host. Immutable.
 *
 * @param name the access log's route name
 * @param rule where it was written, or null for a route Istio makes by default
 * @param cors which other origins may call it, or null for no say in that
 */
public record Route(
        String name,
        RouteMatch match,
        RouteAction action,
        HeaderOperations requestHeaders,
        HeaderOperations responseHeaders,
        @Nullable RuleRef rule,
        @Nullable CorsPolicy cors) {

    /** A route that leaves cross-origin requests to the upstream. */
    public Route(
            String name,
            RouteMatch match,
            RouteAction action,
            HeaderOperations requestHeaders,
            HeaderOperations responseHeaders,
            @Nullable RuleRef rule) {
        this(name, match, action, requestHeaders, responseHeaders, rule, null);
    }
}
