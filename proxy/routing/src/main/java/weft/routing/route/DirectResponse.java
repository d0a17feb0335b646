package weft.routing.route;

/** Fixed answer. Immutable; nobody writes to the body. Istio VirtualService, HTTPDirectResponse. */
public record DirectResponse(int status, byte[] body) implements RouteAction {}
