package weft.routing.route;

import org.jspecify.annotations.Nullable;

/**
 * Answers with a Location made of the request and these replacements. Immutable. Istio VirtualService, HTTPRedirect.
 *
 * @param path replaces the whole path, the query too when it has one; or null
 * @param prefixRewrite replaces the prefix the route matched, of length matchedLength; or null
 * @param port explicit port, or null; the default port of the scheme is left out of the Location
 */
public record Redirect(
        int status,
        @Nullable String scheme,
        @Nullable String authority,
        @Nullable String path,
        @Nullable String prefixRewrite,
        int matchedLength,
        @Nullable Integer port)
        implements RouteAction {}
