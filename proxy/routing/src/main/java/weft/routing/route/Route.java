package weft.routing.route;

import org.jspecify.annotations.Nullable;

/**
 * One entry of a virtual host. Immutable.
 *
 * @param name the access log's route name
 * @param rule where it was written, or null for a route Istio makes by default
 */
public record Route(
        String name,
        RouteMatch match,
        RouteAction action,
        HeaderOperations requestHeaders,
        HeaderOperations responseHeaders,
        @Nullable RuleRef rule) {}
