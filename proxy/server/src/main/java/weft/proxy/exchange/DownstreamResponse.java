package weft.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import weft.proxy.ratelimit.RateLimitVerdict;
import weft.proxy.stream.ServerStream;
import weft.proxy.stream.StreamReset;
import weft.routing.http.Headers;
import weft.routing.http.RequestHead;
import weft.routing.http.ResponseFlag;
import weft.routing.http.ResponseHead;
import weft.routing.route.CorsPolicy;
import weft.routing.route.DirectResponse;
import weft.routing.route.HeaderFacts;
import weft.routing.route.HeaderOperations;

/**
 * What the client gets to see of one request: an upstream's response or an answer of the proxy's own. Confined to the
 * event loop.
 *
 * <p>Response head operations of the rules are applied here, and what was sent is noted for the access log. Once closed it
 * lets nothing through any more.
 */
final class DownstreamResponse {
    private static final String VIA_UPSTREAM = "via_upstream";
    private static final String DIRECT_RESPONSE = "direct_response";
    private static final String CORS_RESPONSE = "cors_response";
    private static final String SERVER = "istio-envoy";

    private final DownstreamConnection connection;
    private final ServerStream stream;
    private final RequestHead request;
    private final StreamInfo info;
    private HeaderOperations firstOps = HeaderOperations.NONE;
    private HeaderOperations lastOps = HeaderOperations.NONE;
    private HeaderOperations corsOps = HeaderOperations.NONE;
    private @Nullable RateLimitVerdict limits;
    private @Nullable String setCookie;
    private boolean isBegun;
    private boolean isAnswered;
    private boolean isClosed;

    DownstreamResponse(DownstreamConnection connection, ServerStream stream, RequestHead request, StreamInfo info) {
        this.connection = connection;
        this.stream = stream;
        this.request = request;
        this.info = info;
    }

    /** What the rules change in the head that is to come, in this order. */
    void operations(HeaderOperations first, HeaderOperations last) {
        firstOps = first;
        lastOps = last;
    }

    /** What browsers are told besides, by whatever answer comes. */
    void cors(HeaderOperations operations) {
        corsOps = operations;
    }

    /** What is left of the limits that counted the request; null for nothing to tell. */
    void limited(@Nullable RateLimitVerdict verdict) {
        limits = verdict;
    }

    /** A cookie for the client, once an upstream answers. */
    void setCookie(String text) {
        setCookie = text;
    }

    /** Whether the head was sent. */
    boolean isBegun() {
        return isBegun;
    }

    /** Whether the answer is settled, so that nobody waits for the rest of the request. */
    boolean isAnswered() {
        return isAnswered;
    }

    boolean isWritable() {
        return stream.isWritable();
    }

    /** Answers with a redirect. */
    void redirect(int status, String location) {
        ResponseHead head = connection.localResponse();
        head.reset(status);
        head.headers().add("location", location);
        head.headers().add("content-length", "0");
        info.details(DIRECT_RESPONSE);
        sendLocal(head, true);
    }

    /** Tells a browser what it may send, as no rule but the policy says. */
    void preflight(HeaderOperations operations) {
        operations(HeaderOperations.NONE, HeaderOperations.NONE);
        ResponseHead head = connection.localResponse();
        head.reset(CorsPolicy.PREFLIGHT_STATUS);
        head.headers().add("content-length", "0");
        info.details(CORS_RESPONSE);
        cors(operations);
        sendLocal(head, true);
    }

    /** Answers as the rules say. */
    void answer(DirectResponse direct) {
        ResponseHead head = connection.localResponse();
        head.reset(direct.status());
        head.headers().add("content-length", Integer.toString(direct.body().length));
        if (direct.body().length > 0) {
            head.headers().add("content-type", "text/plain");
        }
        info.details(DIRECT_RESPONSE);
        sendLocal(head, direct.body());
    }

    /** Gives the proxy's own answer, edited as that of an upstream would be. */
    void reply(LocalReply reply) {
        if (isClosed || isBegun) {
            return;
        }
        info.flag(reply.flag());
        info.details(reply.details());
        info.upstreamFailure(reply.transportFailure());
        ResponseHead head = connection.localResponse();
        byte[] text = reply.write(head, LocalReply.isGrpc(request));
        info.grpcStatus(head.headers());
        sendLocal(head, text);
    }

    private void sendLocal(ResponseHead head, byte[] text) {
        boolean hasBody = text.length > 0 && !request.method().equals("HEAD");
        sendLocal(head, !hasBody);
        if (hasBody) {
            info.bytesSent += text.length;
            stream.sendData(Unpooled.wrappedBuffer(text), true);
        }
    }

    private void sendLocal(ResponseHead head, boolean end) {
        isAnswered = true;
        sendHead(head, end);
    }

    private void sendHead(ResponseHead head, boolean end) {
        isBegun = true;
        Headers headers = head.headers();
        if (!firstOps.isEmpty() || !lastOps.isEmpty()) {
            HeaderFacts facts = new ExchangeFacts(connection, info, head).of(request);
            firstOps.apply(headers, facts);
            lastOps.apply(headers, facts);
        }
        corsOps.apply(headers);
        if (limits != null) {
            limits.write(headers);
        }
        headers.set("server", SERVER);
        if (!headers.contains("date")) {
            headers.add("date", connection.worker().clock().date());
        }
        info.responded(head.status());
        stream.sendHead(head, end);
    }

    void informational(ResponseHead head) {
        if (!isClosed && !isBegun) {
            stream.sendInformational(head);
        }
    }

    /** The upstream's response begins. */
    void begin(ResponseHead head, boolean end, long upstreamNanos) {
        if (isClosed) {
            return;
        }
        info.details(VIA_UPSTREAM);
        info.grpcStatus(head.headers());
        head.headers()
                .set("x-envoy-upstream-service-time", SmallNumbers.text(TimeUnit.NANOSECONDS.toMillis(upstreamNanos)));
        if (setCookie != null) {
            head.headers().add("set-cookie", setCookie);
        }
        isAnswered = end;
        sendHead(head, end);
    }

    void data(ByteBuf data, boolean end) {
        if (isClosed) {
            data.release();
            return;
        }
        info.bytesSent += data.readableBytes();
        isAnswered = end;
        stream.sendData(data, end);
    }

    void trailers(Headers trailers) {
        if (isClosed) {
            return;
        }
        info.grpcStatus(trailers);
        isAnswered = true;
        stream.sendTrailers(trailers);
    }

    /** Ends the client's stream before the response is whole. */
    void breakOff(ResponseFlag flag, String details, StreamReset reason) {
        info.flag(flag);
        info.details(details);
        stream.reset(reason);
    }

    /** The exchange is over. */
    void close() {
        isClosed = true;
    }
}
