package weft.routing.route;

/**
 * One destination of a route. Immutable.
 *
 * @param cluster xDS name, as {@code outbound|9080|v1|reviews.default.svc.cluster.local}; it may not exist (503 NC)
 * @param subset of the DestinationRule, empty for none
 */
public record WeightedCluster(
        String cluster,
        String host,
        String subset,
        int weight,
        HeaderOperations requestHeaders,
        HeaderOperations responseHeaders) {}
