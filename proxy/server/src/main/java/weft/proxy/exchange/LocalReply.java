package weft.proxy.exchange;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import weft.proxy.ratelimit.RateLimitVerdict;
import weft.proxy.stream.MalformedRequest;
import weft.proxy.stream.StreamReset;
import weft.routing.http.RequestHead;
import weft.routing.http.ResponseFlag;
import weft.routing.http.ResponseHead;
import weft.routing.route.Fault;

/**
 * An answer the proxy gives by itself, with Istio's status, body and details. Immutable.
 *
 * <p>The one place where a flag becomes a response.
 *
 * @param flag for the access log, or null
 * @param grpcStatus for gRPC clients, or null: then it follows from the status
 * @param transportFailure what the operating system said, for the access log
 */
record LocalReply(
        int status,
        @Nullable ResponseFlag flag,
        String details,
        String body,
        @Nullable Integer grpcStatus,
        String transportFailure) {
    private static final String RESET_BEFORE = "upstream_reset_before_response_started";
    private static final String RESET_AFTER = "upstream_reset_after_response_started";

    static final LocalReply NO_ROUTE = of(404, ResponseFlag.NO_ROUTE_FOUND, "route_not_found", "");
    static final LocalReply NO_CLUSTER = of(503, ResponseFlag.NO_CLUSTER_FOUND, "cluster_not_found", "");
    static final LocalReply NO_HEALTHY_UPSTREAM =
            of(503, ResponseFlag.NO_HEALTHY_UPSTREAM, "no_healthy_upstream", "no healthy upstream");
    static final LocalReply TIMEOUT =
            of(504, ResponseFlag.UPSTREAM_REQUEST_TIMEOUT, "upstream_response_timeout", "upstream request timeout");
    static final LocalReply PER_TRY_TIMEOUT =
            of(504, ResponseFlag.UPSTREAM_REQUEST_TIMEOUT, "upstream_per_try_timeout", "upstream request timeout");
    private static final LocalReply IDLE =
            of(504, ResponseFlag.STREAM_IDLE_TIMEOUT, "stream_idle_timeout", "stream timeout");
    private static final LocalReply IDLE_REQUEST =
            of(408, ResponseFlag.STREAM_IDLE_TIMEOUT, "stream_idle_timeout", "stream timeout");
    static final LocalReply OVERLOADED = of(503, ResponseFlag.OVERLOAD_MANAGER, "overload", "envoy overloaded");
    private static final LocalReply RATE_LIMITED =
            of(429, ResponseFlag.RATE_LIMITED, "local_rate_limited", "local_rate_limited");
    private static final LocalReply GLOBAL_RATE_LIMITED =
            of(429, ResponseFlag.RATE_LIMITED, "request_rate_limited", "");
    static final LocalReply DNS_FAILURE =
            of(503, ResponseFlag.DNS_FAILURE, "dns_resolution_failure", "no healthy upstream");

    /** Nothing moved for too long; whose fault that was tells the status. */
    static LocalReply streamIdle(boolean isRequestComplete) {
        return isRequestComplete ? IDLE : IDLE_REQUEST;
    }

    /** Envoy's filter words it by who counts: the proxy itself, or all of them. */
    static LocalReply rateLimited(RateLimitVerdict verdict) {
        return verdict.limit().isGlobal() ? GLOBAL_RATE_LIMITED : RATE_LIMITED;
    }

    private static LocalReply of(int status, @Nullable ResponseFlag flag, String details, String body) {
        return new LocalReply(status, flag, details, body, null, "");
    }

    /** The upstream failed before any byte of its response went to the client. */
    static LocalReply upstreamReset(StreamReset reason, String transport) {
        UpstreamFailure failure = UpstreamFailure.of(reason);
        boolean isConnect = failure.flag() == ResponseFlag.UPSTREAM_CONNECTION_FAILURE && !transport.isEmpty();
        String said = isConnect ? "delayed connect error: " + transport : "";
        String body = "upstream connect error or disconnect/reset before headers. reset reason: " + failure.words()
                + (isConnect ? ", transport failure reason: " + said : "");
        return new LocalReply(failure.status(), failure.flag(), failure.details(RESET_BEFORE, said), body, null, said);
    }

    /** Details for a response that broke off. */
    static String brokenOff(StreamReset reason) {
        return UpstreamFailure.of(reason).details(RESET_AFTER, "");
    }

    static LocalReply fault(Fault.Abort abort) {
        return new LocalReply(
                abort.httpStatus(),
                ResponseFlag.FAULT_INJECTED,
                "fault_filter_abort",
                "fault filter abort",
                abort.grpcStatus(),
                "");
    }

    static LocalReply malformed(MalformedRequest reason) {
        ResponseFlag flag = reason.details().startsWith("http1.") ? ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR : null;
        String body = reason.status() == 400 ? "Bad Request" : "";
        return of(reason.status(), flag, reason.details(), body);
    }

    boolean isOverload() {
        return flag == ResponseFlag.UPSTREAM_OVERFLOW;
    }

    /** Whether the client speaks gRPC, which wants status 200 and the failure in trailers. */
    static boolean isGrpc(RequestHead head) {
        String type = head.headers().get("content-type");
        return type != null
                && type.startsWith("application/grpc")
                && (type.length() == 16 || type.charAt(16) == '+' || type.charAt(16) == ';');
    }

    /** Fills in the head; returns the body to send after it. */
    byte[] write(ResponseHead response, boolean isGrpc) {
        if (isGrpc || grpcStatus != null) {
            response.reset(200);
            response.headers().add("content-type", "application/grpc");
            response.headers().add("grpc-status", Integer.toString(grpcStatus != null ? grpcStatus : toGrpc(status)));
            if (!body.isEmpty()) {
                response.headers().add("grpc-message", percentEncoded(body));
            }
            addOverloaded(response);
            return new byte[0];
        }
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        response.reset(status);
        response.headers().add("content-length", Integer.toString(bytes.length));
        if (bytes.length > 0) {
            response.headers().add("content-type", "text/plain");
        }
        addOverloaded(response);
        return bytes;
    }

    /** What tells a client, and a proxy in between, not to try again at once. */
    private void addOverloaded(ResponseHead response) {
        if (flag == ResponseFlag.RATE_LIMITED) {
            response.headers().add("x-envoy-ratelimited", "true");
        }
        if (isOverload()) {
            response.headers().add("x-envoy-overloaded", "true");
        }
    }

    /** gRPC status of a response, from its HTTP status. */
    static int toGrpc(int status) {
        return switch (status) {
            case 400 -> 13;
            case 401 -> 16;
            case 403 -> 7;
            case 404 -> 12;
            case 429, 502, 503, 504 -> 14;
            default -> 2;
        };
    }

    private static String percentEncoded(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b >= 0x20 && b < 0x7F && b != '%') {
                out.append((char) b);
            } else {
                out.append('%').append(String.format("%02X", b & 0xFF));
            }
        }
        return out.toString();
    }
}
