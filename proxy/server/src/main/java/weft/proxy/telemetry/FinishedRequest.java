package weft.proxy.telemetry;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.Endpoint;
import weft.routing.http.ResponseFlag;
import weft.routing.route.Route;

/**
 * Facts of one request that has ended. Immutable.
 *
 * <p>Cheap to make on an event loop: references and numbers only; the telemetry thread turns it into an
 * {@code AccessLogEntry} and metrics.
 *
 * @param inbound whether the proxy stood before the server (reporter destination) or the client (reporter source)
 * @param startMicros wall clock, microseconds since 1970
 * @param durationNanos first byte in to last byte out
 * @param upstreamNanos request sent to response head received by the last attempt; -1 when there was no head
 * @param path as the client sent it, with query
 * @param responseCode 0 when nothing was sent
 * @param cluster chosen cluster, even when it does not exist
 * @param clusterName xDS name of the chosen cluster
 * @param weightDraw 31 bits, -1 when there was no weighted choice
 * @param grpcStatus -1 when the response carried none
 * @param matchHeaders request headers that some live rule looks at
 */
public record FinishedRequest(
        boolean inbound,
        long bundleRevision,
        long startMicros,
        long durationNanos,
        long upstreamNanos,
        String method,
        String authority,
        String path,
        String protocol,
        int responseCode,
        Set<ResponseFlag> flags,
        String details,
        long bytesReceived,
        long bytesSent,
        @Nullable Route route,
        @Nullable Cluster cluster,
        @Nullable String clusterName,
        @Nullable Endpoint endpoint,
        String subset,
        int weightDraw,
        int attempts,
        int grpcStatus,
        @Nullable String requestId,
        @Nullable String userAgent,
        @Nullable String forwardedFor,
        @Nullable String traceparent,
        @Nullable String upstreamLocalAddress,
        @Nullable String downstreamLocalAddress,
        @Nullable String downstreamRemoteAddress,
        @Nullable String upstreamFailure,
        Map<String, String> matchHeaders)
        implements Finished {}
