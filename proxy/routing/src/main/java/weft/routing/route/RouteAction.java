package weft.routing.route;

/** What a matched route does with the request. Immutable. */
public sealed interface RouteAction permits Forward, Redirect, DirectResponse {}
