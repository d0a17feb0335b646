package weft.proxy.telemetry;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.ConnectionPoolSettings;
import weft.routing.cluster.Endpoint;
import weft.routing.cluster.LoadBalancing;
import weft.routing.http.ResponseFlag;
import weft.routing.route.Route;
import weft.routing.route.RuleRef;
import weft.routing.snapshot.ProxyIdentity;
import weft.rules.RuleKey;

/** Finished requests and connections for tests. */
final class Requests {
    static final ProxyIdentity SIDECAR = new ProxyIdentity(
            "productpage-v1-1",
            "default",
            Map.of("app", "productpage", "version", "v1"),
            "",
            "productpage",
            "productpage-v1",
            ProxyIdentity.Mode.SIDECAR,
            List.of());

    static final Endpoint REVIEWS_V2 =
            new Endpoint("127.0.0.1", 9080, 1, Map.of("app", "reviews", "version", "v2"), "", "reviews-v2");

    static final Cluster REVIEWS = new Cluster(
            "outbound|9080|v2|reviews.default.svc.cluster.local",
            "reviews.default.svc.cluster.local",
            "default",
            9080,
            "v2",
            Cluster.Discovery.STATIC,
            List.of(REVIEWS_V2),
            LoadBalancing.of(Cluster.LbPolicy.ROUND_ROBIN),
            ConnectionPoolSettings.DEFAULT);

    boolean inbound;
    int responseCode = 200;
    Set<ResponseFlag> flags = EnumSet.noneOf(ResponseFlag.class);

    @Nullable
    Route route;

    @Nullable
    Cluster cluster = REVIEWS;

    @Nullable
    String clusterName = REVIEWS.name();

    @Nullable
    Endpoint endpoint = REVIEWS_V2;

    String path = "/reviews/0?a=b";
    String authority = "reviews:9080";

    @Nullable
    String traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    int weightDraw = 4711;
    int grpcStatus = -1;
    long upstreamNanos = 11_500_000;
    long durationNanos = 12_345_678;
    Map<String, String> matchHeaders = Map.of("end-user", "jason");

    static Requests request() {
        return new Requests();
    }

    FinishedRequest finished() {
        return new FinishedRequest(
                inbound,
                42,
                1_700_000_000_123_456L,
                durationNanos,
                upstreamNanos,
                "GET",
                authority,
                path,
                "HTTP/1.1",
                responseCode,
                flags,
                "via_upstream",
                17,
                1_000,
                route,
                cluster,
                clusterName,
                endpoint,
                cluster == null ? "" : cluster.subset(),
                weightDraw,
                2,
                grpcStatus,
                "req-1",
                "curl/8",
                null,
                traceparent,
                "127.0.0.1:5000",
                "127.0.0.1:15001",
                "127.0.0.1:6000",
                null,
                matchHeaders);
    }

    /** A connection relayed to reviews v2 that did not get there. */
    static FinishedConnection connection() {
        return new FinishedConnection(
                false,
                42,
                1_700_000_000_123_456L,
                12_345_678,
                EnumSet.of(ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED, ResponseFlag.UPSTREAM_CONNECTION_FAILURE),
                "",
                "idle",
                17,
                1_000,
                "chain",
                new RuleRef(new RuleKey("VirtualService", "default", "echo"), "tcp[0]", 3),
                REVIEWS,
                REVIEWS.name(),
                REVIEWS_V2,
                "v2",
                4711,
                1,
                "a.test",
                "127.0.0.1:5000",
                "127.0.0.1:15001",
                "127.0.0.1:6000",
                "refused");
    }
}
