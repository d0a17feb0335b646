package weft.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import weft.proxy.filter.FaultCounts;
import weft.proxy.filter.FaultInjector;
import weft.proxy.loop.Worker;
import weft.proxy.ratelimit.RateLimitVerdict;
import weft.proxy.stream.MalformedRequest;
import weft.proxy.stream.ServerStream;
import weft.proxy.stream.ServerStreamListener;
import weft.proxy.stream.StreamReset;
import weft.proxy.upstream.ClusterRuntime;
import weft.routing.http.ForwardedHeaders;
import weft.routing.http.Headers;
import weft.routing.http.RequestHead;
import weft.routing.http.ResponseFlag;
import weft.routing.route.CorsPolicy;
import weft.routing.route.DirectResponse;
import weft.routing.route.Fault;
import weft.routing.route.Forward;
import weft.routing.route.HeaderOperations;
import weft.routing.route.Redirect;
import weft.routing.route.RedirectLocation;
import weft.routing.route.RequestOverrides;
import weft.routing.route.RetryPolicy;
import weft.routing.route.Route;
import weft.routing.route.RouteTable;
import weft.routing.route.UpstreamHead;
import weft.routing.route.VirtualHost;
import weft.routing.route.WeightedCluster;
import weft.routing.snapshot.Listener;

/**
 * One request's life, from its head to its entry in the access log. Confined to the event loop.
 *
 * <p>It reads one snapshot and keeps it. It ends exactly once: when the last byte of the response was handed to the
 * socket, or when either side broke off.
 */
final class Exchange implements ServerStreamListener {
    private final DownstreamConnection connection;
    private final ServerStream stream;
    private final RequestHead head;
    private final ServingSnapshot serving;
    private final StreamInfo info;
    private final DownstreamResponse response;
    private final RequestBody body = new RequestBody();
    private @Nullable Router router;
    private @Nullable Mirrors mirrors;
    private @Nullable Future<?> delay;
    private @Nullable StreamIdle idle;
    private long hash = ClusterRuntime.NO_HASH;
    private boolean isRequestComplete;
    private boolean isFinished;

    Exchange(DownstreamConnection connection, ServerStream stream, RequestHead head, ServingSnapshot serving) {
        this.connection = connection;
        this.stream = stream;
        this.head = head;
        this.serving = serving;
        this.info = new StreamInfo(
                head,
                stream.protocol(),
                serving.rules().position().revision(),
                connection.worker().clock());
        this.response = new DownstreamResponse(connection, stream, head, info);
    }

    Worker worker() {
        return connection.worker();
    }

    StreamInfo info() {
        return info;
    }

    /** Where the request goes that no route takes elsewhere. */
    String originalDestination() {
        return connection.destination(info.authority());
    }

    /** By which an endpoint is found, where the cluster balances by one. */
    long hash() {
        return hash;
    }

    DownstreamResponse response() {
        return response;
    }

    /** Routes the request and acts on it. */
    void start(boolean end) {
        if (end) {
            isRequestComplete = true;
            body.end(null);
        }
        ForwardedHeaders.prepare(head, connection.dataPlane().isEdge(), connection.remoteIp(), worker().requestIds());
        info.identified(head.headers());
        idle = StreamIdle.watch(connection, info, this::onIdle);
        Listener listener = connection.listener();
        int port = connection.routePort(head.authority());
        if (serving.rateLimits().isFor(listener.name()) && isRateLimited(listener, port)) {
            return;
        }
        RouteTable table = listener.routes(port);
        if (table == null) {
            passThrough(listener);
            return;
        }
        VirtualHost host = table.virtualHost(head.authority());
        if (host == null) {
            response.reply(LocalReply.NO_ROUTE);
        } else if (host.requireTls() && head.scheme().equals("http")) {
            response.redirect(301, RedirectLocation.https(head));
        } else {
            route(host);
        }
    }

    /** Before there is a route, as Envoy's filter: also what nothing is there for is counted, and a preflight. */
    private boolean isRateLimited(Listener listener, int port) {
        String client = ForwardedHeaders.client(head, connection.dataPlane().isEdge(), connection.remoteIp());
        RateLimitVerdict verdict = serving.rateLimits()
                .check(listener.name(), port, head, client, worker().clock().nanos());
        response.limited(verdict);
        if (verdict == null || !verdict.isRefused()) {
            return false;
        }
        response.reply(LocalReply.rateLimited(verdict));
        return true;
    }

    /** Turns the request away before anything is done for it. */
    void shed(boolean end) {
        isRequestComplete = end;
        response.reply(LocalReply.OVERLOADED);
    }

    /** Answers a request that the codec refuses. */
    void refuse(MalformedRequest reason) {
        isRequestComplete = true;
        response.reply(LocalReply.malformed(reason));
    }

    private void route(VirtualHost host) {
        Route route = host.match(head);
        if (route == null) {
            response.reply(LocalReply.NO_ROUTE);
            return;
        }
        Map<String, String> ofInterest = connection.matchHeaders().of(host, head.headers());
        info.routed(route, ofInterest);
        if (route.action() instanceof Forward forward) {
            forward(route, forward);
            return;
        }
        response.operations(route.responseHeaders(), HeaderOperations.NONE);
        if (route.action() instanceof Redirect redirect) {
            response.redirect(redirect.status(), RedirectLocation.of(redirect, head));
        } else if (route.action() instanceof DirectResponse direct) {
            response.answer(direct);
        }
    }

    private void passThrough(Listener listener) {
        ClusterRuntime cluster = serving.passthrough(listener);
        if (cluster == null) {
            response.reply(LocalReply.NO_ROUTE);
            return;
        }
        info.destined(cluster.cluster().name());
        info.cluster(cluster.cluster());
        startRouter(cluster, RetryPolicy.DEFAULT, 0);
    }

    private void forward(Route route, Forward forward) {
        boolean isWeighted = forward.clusters().size() > 1;
        int draw = isWeighted ? worker().draw() : 0;
        WeightedCluster destination = forward.pick(draw);
        info.destined(destination, isWeighted ? draw : -1);
        response.operations(
                isWeighted ? destination.responseHeaders() : route.responseHeaders(),
                isWeighted ? route.responseHeaders() : destination.responseHeaders());
        ClusterRuntime cluster = serving.cluster(destination.cluster());
        if (cluster != null) {
            info.cluster(cluster.cluster());
        }
        long delayMillis = FaultInjector.delayMillis(forward.fault(), worker().random());
        if (delayMillis > 0) {
            info.flag(ResponseFlag.DELAY_INJECTED);
            faults().delayBegun();
            delay = worker().eventLoop()
                    .schedule(
                            () -> {
                                endDelay();
                                afterDelay(route, forward, destination, cluster);
                            },
                            delayMillis,
                            TimeUnit.MILLISECONDS);
            return;
        }
        afterDelay(route, forward, destination, cluster);
    }

    private FaultCounts faults() {
        return connection.dataPlane().faults();
    }

    private void endDelay() {
        if (delay != null) {
            delay.cancel(false);
            delay = null;
            faults().delayEnded();
        }
    }

    private void afterDelay(
            Route route, Forward forward, WeightedCluster destination, @Nullable ClusterRuntime cluster) {
        Fault.Abort abort = FaultInjector.abort(forward.fault(), worker().random());
        if (isFinished) {
            return;
        }
        if (abort != null) {
            faults().aborted();
            response.reply(LocalReply.fault(abort));
            return;
        }
        if (route.cors() != null && isAnsweredAsPreflight(route.cors())) {
            return;
        }
        if (cluster == null) {
            response.reply(LocalReply.NO_CLUSTER);
            return;
        }
        hash = RequestHash.of(cluster, head, connection, response);
        RetryPolicy retries = forward.retries();
        long timeoutMillis = forward.timeoutMillis();
        if (connection.isFromApplication() && RequestOverrides.arePossible(head.headers())) {
            RequestOverrides asked = RequestOverrides.take(head.headers(), retries, timeoutMillis);
            retries = asked.retries();
            timeoutMillis = asked.timeoutMillis();
        }
        UpstreamHead.prepare(route, forward, destination, head, new ExchangeFacts(connection, info, null));
        mirrors = Mirrors.start(forward.mirrors(), serving, worker(), head, body);
        startRouter(cluster, retries, timeoutMillis);
    }

    /** Looks at the head before the route changes it; else notes what the answer to come is to tell the browser. */
    private boolean isAnsweredAsPreflight(CorsPolicy cors) {
        HeaderOperations preflight = cors.preflight(head);
        if (preflight != null) {
            response.preflight(preflight);
            return true;
        }
        response.cors(cors.response(head));
        return false;
    }

    private void startRouter(ClusterRuntime cluster, RetryPolicy policy, long timeoutMillis) {
        Router started = new Router(this, head, body, cluster, policy, timeoutMillis);
        router = started;
        started.start();
    }

    @Override
    public void onData(ByteBuf data, boolean end) {
        info.bytesReceived += data.readableBytes();
        isRequestComplete |= end;
        if (isFinished || response.isAnswered()) {
            data.release();
            return;
        }
        if (mirrors != null) {
            mirrors.send(data, end);
        }
        Router forwarding = router;
        if (forwarding == null || !forwarding.send(data, end)) {
            body.append(data, end);
            if (body.isFull()) {
                stream.setReading(false);
            }
        }
        if (end && forwarding != null && !response.isAnswered()) {
            forwarding.onRequestComplete();
        }
    }

    @Override
    public void onTrailers(Headers trailers) {
        isRequestComplete = true;
        if (isFinished || response.isAnswered()) {
            return;
        }
        if (mirrors != null) {
            mirrors.end();
        }
        Router forwarding = router;
        if (forwarding == null || !forwarding.sendTrailers(trailers)) {
            body.end(trailers);
        }
        if (forwarding != null && !response.isAnswered()) {
            forwarding.onRequestComplete();
        }
    }

    @Override
    public void onReset(StreamReset reason) {
        if (isFinished) {
            return;
        }
        switch (reason) {
            case PROTOCOL_ERROR -> info.brokenRequest(response.isBegun());
            case LOCAL_RESET -> info.resetHere();
            default -> info.clientLeft();
        }
        finish();
    }

    @Override
    public void onWritabilityChanged() {
        if (router != null && !isFinished) {
            router.onDownstreamWritability(stream.isWritable());
        }
    }

    @Override
    public void onResponseFlushed(boolean success) {
        if (isFinished) {
            return;
        }
        if (!success) {
            info.clientLeft();
        }
        finish();
    }

    void setReading(boolean reading) {
        if (!isFinished) {
            stream.setReading(reading);
        }
    }

    /** The upstream's response ends before it is whole: so must the client's. */
    void breakOff(StreamReset reason) {
        if (!isFinished) {
            response.breakOff(UpstreamFailure.of(reason).flag(), LocalReply.brokenOff(reason), reason);
            finish();
        }
    }

    /** The route's timeout passed in the middle of the response. */
    void timeOutMidway() {
        if (!isFinished) {
            response.breakOff(
                    ResponseFlag.UPSTREAM_REQUEST_TIMEOUT, LocalReply.TIMEOUT.details(), StreamReset.LOCAL_RESET);
            finish();
        }
    }

    /** Nothing has moved for too long. */
    private void onIdle() {
        LocalReply reply = LocalReply.streamIdle(isRequestComplete);
        endDelay();
        if (router != null) {
            router.cancel();
        }
        if (response.isBegun()) {
            response.breakOff(ResponseFlag.STREAM_IDLE_TIMEOUT, reply.details(), StreamReset.LOCAL_RESET);
            finish();
        } else {
            response.reply(reply);
        }
    }

    private void finish() {
        isFinished = true;
        response.close();
        if (idle != null) {
            idle.stop();
        }
        endDelay();
        if (router != null) {
            router.cancel();
        }
        if (mirrors != null && !isRequestComplete) {
            mirrors.cancel();
        }
        body.release();
        connection.finished();
        connection
                .dataPlane()
                .accessLog()
                .finished(info.finish(connection, worker().clock().nanos()));
    }
}
