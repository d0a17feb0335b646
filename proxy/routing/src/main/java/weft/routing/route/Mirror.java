package weft.routing.route;

/** Copy of the request to another cluster, its response discarded; percentage is 0 to 100. Immutable. */
public record Mirror(String cluster, double percentage) {}
