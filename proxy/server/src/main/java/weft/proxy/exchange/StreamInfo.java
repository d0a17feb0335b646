package weft.proxy.exchange;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.proxy.loop.WorkerClock;
import weft.proxy.telemetry.FinishedRequest;
import weft.proxy.upstream.EndpointState;
import weft.routing.cluster.Cluster;
import weft.routing.http.GrpcStatus;
import weft.routing.http.Headers;
import weft.routing.http.RequestHead;
import weft.routing.http.ResponseFlag;
import weft.routing.route.Route;
import weft.routing.route.WeightedCluster;

/** The facts of one request as they become known, for its entry in the access log. Confined to the event loop. */
final class StreamInfo {
    private static final int NO_GRPC_STATUS = -1;
    private static final int NO_DRAW = -1;

    private final long startNanos;
    private final long startMicros;
    private final long bundleRevision;
    private final String method;
    private final String authority;
    private final String path;
    private final String protocol;
    private final @Nullable String userAgent;
    private final @Nullable String traceparent;
    private @Nullable String requestId;
    private @Nullable String forwardedFor;
    private Map<String, String> matchHeaders = Map.of();
    private @Nullable Route route;
    private @Nullable Cluster cluster;
    private @Nullable WeightedCluster destination;
    private @Nullable String clusterName;
    private int weightDraw = NO_DRAW;
    private @Nullable EndpointState endpoint;
    private @Nullable String upstreamLocalAddress;
    private @Nullable String upstreamFailure;
    private @Nullable EnumSet<ResponseFlag> flags;
    private String details = "";
    private int responseCode;
    private int attempts;
    private int grpcStatus = NO_GRPC_STATUS;
    private long upstreamNanos = -1;
    long bytesReceived;
    long bytesSent;

    StreamInfo(RequestHead head, String protocol, long bundleRevision, WorkerClock clock) {
        this.startNanos = clock.nanos();
        this.startMicros = clock.wallMicros(startNanos);
        this.bundleRevision = bundleRevision;
        this.method = head.method();
        this.authority = head.authority();
        this.path = head.path();
        this.protocol = protocol;
        this.userAgent = head.headers().get("user-agent");
        this.traceparent = head.headers().get("traceparent");
    }

    String protocol() {
        return protocol;
    }

    /** When the request began, on the wall clock. */
    long startMicros() {
        return startMicros;
    }

    /** Name of the route that matched, empty for none. */
    String routeName() {
        return route == null ? "" : route.name();
    }

    @Nullable
    String clusterName() {
        return clusterName;
    }

    /** The endpoint of the last attempt, or null. */
    @Nullable
    EndpointState endpoint() {
        return endpoint;
    }

    String details() {
        return details;
    }

    long startNanos() {
        return startNanos;
    }

    /** Authority as the client sent it. */
    String authority() {
        return authority;
    }

    /** What the proxy added to the head. */
    void identified(Headers headers) {
        requestId = headers.get("x-request-id");
        forwardedFor = headers.get("x-forwarded-for");
    }

    void routed(Route matched, Map<String, String> headersOfInterest) {
        route = matched;
        matchHeaders = headersOfInterest;
    }

    void destined(WeightedCluster chosen, int draw) {
        destination = chosen;
        clusterName = chosen.cluster();
        weightDraw = draw;
    }

    void destined(String name) {
        clusterName = name;
    }

    void cluster(Cluster found) {
        cluster = found;
    }

    void attempted(EndpointState picked) {
        endpoint = picked;
        attempts++;
    }

    int attempts() {
        return attempts;
    }

    void upstreamLocalAddress(String address) {
        upstreamLocalAddress = address;
    }

    void upstreamFailure(String words) {
        upstreamFailure = words.isEmpty() ? null : words;
    }

    void upstreamNanos(long nanos) {
        upstreamNanos = nanos;
    }

    void flag(@Nullable ResponseFlag flag) {
        if (flag != null) {
            if (flags == null) {
                flags = EnumSet.of(flag);
            } else {
                flags.add(flag);
            }
        }
    }

    void details(String words) {
        details = words;
    }

    void clientLeft() {
        flag(ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION);
        details("downstream_remote_disconnect");
    }

    /** The body's framing broke; the codec has answered, if there was still time for an answer. */
    void brokenRequest(boolean isAnswerBegun) {
        flag(ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR);
        details("http1.codec_error");
        if (!isAnswerBegun) {
            responded(400);
        }
    }

    void resetHere() {
        flag(ResponseFlag.LOCAL_RESET);
        details("local_reset");
    }

    void responded(int status) {
        responseCode = status;
    }

    void grpcStatus(Headers headers) {
        String value = headers.get("grpc-status");
        int status = value == null ? NO_GRPC_STATUS : GrpcStatus.number(value);
        if (status >= 0) {
            grpcStatus = status;
        }
    }

    FinishedRequest finish(DownstreamConnection connection, long nowNanos) {
        Set<ResponseFlag> raised = flags == null ? Set.of() : flags;
        return new FinishedRequest(
                connection.isInbound(),
                bundleRevision,
                startMicros,
                nowNanos - startNanos,
                upstreamNanos,
                method,
                authority,
                path,
                protocol,
                responseCode,
                raised,
                details,
                bytesReceived,
                bytesSent,
                route,
                cluster,
                clusterName,
                endpoint == null ? null : endpoint.endpoint(),
                destination == null ? "" : destination.subset(),
                weightDraw,
                attempts,
                grpcStatus,
                requestId,
                userAgent,
                forwardedFor,
                traceparent,
                upstreamLocalAddress,
                connection.localAddress(),
                connection.remoteAddress(),
                upstreamFailure,
                matchHeaders);
    }
}
