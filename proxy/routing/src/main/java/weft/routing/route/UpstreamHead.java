package weft.routing.route;

import weft.routing.http.Headers;
import weft.routing.http.RequestHead;

/** Makes of a matched request the one that goes upstream. Thread-safe: functions only. */
public final class UpstreamHead {
    private UpstreamHead() {}

    /**
     * Changes header fields, path and authority in place, as the route and the destination that was picked say.
     *
     * @param facts of the request besides its head
     *
     * <p>With one destination its operations win over the route's, with several the route's win, as in Istio.
     */
    public static void prepare(
            Route route, Forward forward, WeightedCluster destination, RequestHead head, HeaderFacts facts) {
        boolean isWeighted = forward.clusters().size() > 1;
        Headers headers = head.headers();
        HeaderOperations first = isWeighted ? destination.requestHeaders() : route.requestHeaders();
        HeaderOperations last = isWeighted ? route.requestHeaders() : destination.requestHeaders();
        if (!first.isEmpty() || !last.isEmpty()) {
            HeaderFacts known = facts.of(head);
            first.apply(headers, known);
            last.apply(headers, known);
        }
        if (forward.rewrite() != null) {
            headers.set("x-envoy-original-path", head.path());
            head.path(forward.rewrite().rewrite(head));
        }
        String authority =
                forward.authorityRewrite() != null ? forward.authorityRewrite() : destination.authorityRewrite();
        if (authority != null) {
            head.authority(authority);
        }
    }
}
