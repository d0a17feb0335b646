package weft.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import weft.proxy.loop.Worker;
import weft.proxy.stream.ClientStream;
import weft.proxy.stream.StreamReset;
import weft.proxy.upstream.ClusterRuntime;
import weft.proxy.upstream.EndpointState;
import weft.proxy.upstream.PooledConnection;
import weft.routing.http.Headers;
import weft.routing.http.RequestHead;
import weft.routing.http.ResponseFlag;
import weft.routing.http.ResponseHead;
import weft.routing.route.RetryPolicy;

/**
 * Gets one request served by its cluster: attempts, retries, timeouts. Confined to the event loop.
 *
 * <p>The route's timeout is the budget of all attempts together and begins when the request is complete, as in Envoy. A
 * request is tried again only before its response began, while its body is still whole in {@link RequestBody}. Beyond the
 * policy there is one case: an idempotent request that dies on a connection which had been idle, without a byte of
 * response, met an upstream that was closing it; it is sent once more at once, as RFC 9110 section 9.2.2 allows, if the
 * policy retries connect failures, resets or resets before the request at all.
 */
final class Router {
    /** As Istio configures Envoy: after so many tries a retry may leave the priorities of those before. */
    private static final int TRIES_PER_PRIORITY = 2;

    private final Exchange exchange;
    private final DownstreamResponse response;
    private final Worker worker;
    private final StreamInfo info;
    private final RequestHead head;
    private final RequestBody body;
    private final ClusterRuntime cluster;
    private final RetryPolicy policy;
    private final long timeoutMillis;
    private @Nullable UpstreamRequest current;
    private @Nullable List<EndpointState> tried;
    private @Nullable Future<?> timeout;
    private @Nullable Future<?> perTryTimeout;
    private @Nullable Future<?> backoff;
    private long sentNanos;
    private int retries;
    private boolean isStaleRetryUsed;
    private boolean isRetryCounted;
    private boolean isDone;

    Router(
            Exchange exchange,
            RequestHead head,
            RequestBody body,
            ClusterRuntime cluster,
            RetryPolicy policy,
            long timeoutMillis) {
        this.exchange = exchange;
        this.response = exchange.response();
        this.worker = exchange.worker();
        this.info = exchange.info();
        this.head = head;
        this.body = body;
        this.cluster = cluster;
        this.policy = policy;
        this.timeoutMillis = timeoutMillis;
    }

    void start() {
        if (body.isComplete()) {
            onRequestComplete();
        }
        attempt();
    }

    /** The client has sent all of its request: the budget begins. */
    void onRequestComplete() {
        sentNanos = worker.clock().nanos();
        if (timeoutMillis > 0 && timeout == null) {
            timeout = worker.eventLoop().schedule(this::onTimeout, timeoutMillis, TimeUnit.MILLISECONDS);
        }
        schedulePerTryTimeout();
    }

    private void schedulePerTryTimeout() {
        UpstreamRequest attempt = current;
        if (policy.perTryTimeoutMillis() > 0 && attempt != null && attempt.stream() != null && perTryTimeout == null) {
            perTryTimeout = worker.eventLoop()
                    .schedule(this::onPerTryTimeout, policy.perTryTimeoutMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void attempt() {
        if (cluster.isOriginalDestination()) {
            cluster.resolve(worker, exchange.originalDestination(), info.authority(), this::onEndpoint);
            return;
        }
        List<EndpointState> before = tried;
        EndpointState elsewhere =
                policy.retryRemoteLocalities() && before != null && before.size() % TRIES_PER_PRIORITY == 0
                        ? cluster.pickElsewhere(worker, before)
                        : null;
        onEndpoint(
                elsewhere != null ? elsewhere : cluster.pick(worker, exchange.hash(), avoidsTried() ? before : null));
    }

    private boolean avoidsTried() {
        return policy.ignorePreviousHosts() && !(policy.staysOnHash() && cluster.balancesByHash());
    }

    private void onEndpoint(@Nullable EndpointState endpoint) {
        if (isDone) {
            return;
        }
        if (endpoint == null) {
            fail(cluster.isOriginalDestination() ? LocalReply.DNS_FAILURE : LocalReply.NO_HEALTHY_UPSTREAM);
            return;
        }
        info.attempted(endpoint);
        if (!cluster.tryAcquireRequest(info.attempts() > 1)) {
            fail(LocalReply.upstreamReset(StreamReset.OVERFLOW, ""));
            return;
        }
        UpstreamRequest attempt =
                new UpstreamRequest(this, worker, cluster, endpoint, endpoint.isWatched() && LocalReply.isGrpc(head));
        current = attempt;
        if (policy.attempts() > 0) {
            remember(endpoint);
        }
        attempt.start();
    }

    private void remember(EndpointState endpoint) {
        if (tried == null) {
            tried = new ArrayList<>(1);
        }
        tried.add(endpoint);
    }

    void onStreamOpen(UpstreamRequest attempt, ClientStream stream, PooledConnection connection) {
        info.upstreamLocalAddress(connection.localAddress());
        head.headers().set("x-envoy-attempt-count", SmallNumbers.text(info.attempts()));
        boolean end = body.isEmpty();
        stream.sendHead(head, end);
        if (!end && attempt.stream() != null) {
            body.sendTo(stream, mayRetry());
        }
        if (body.isComplete()) {
            schedulePerTryTimeout();
        }
        if (!end && attempt.stream() != null) {
            exchange.setReading(stream.isWritable());
        }
    }

    /** More of the request; returns false when no stream takes it now, so that the caller keeps it. */
    boolean send(ByteBuf data, boolean end) {
        ClientStream stream = openStream();
        if (stream == null) {
            return false;
        }
        if (body.isReplayable()) {
            body.append(data.retainedDuplicate(), end);
            if (body.isFull() || !mayRetry()) {
                body.forget();
            }
        }
        stream.sendData(data, end);
        if (!end && !stream.isWritable()) {
            exchange.setReading(false);
        }
        return true;
    }

    /** The request's trailers; returns false when no stream takes them now. */
    boolean sendTrailers(Headers trailers) {
        ClientStream stream = openStream();
        if (stream == null) {
            return false;
        }
        body.end(trailers);
        stream.sendTrailers(trailers);
        return true;
    }

    private @Nullable ClientStream openStream() {
        return current == null ? null : current.stream();
    }

    void onUpstreamWritability(boolean isWritable) {
        exchange.setReading(isWritable);
    }

    void onDownstreamWritability(boolean isWritable) {
        ClientStream stream = openStream();
        if (stream != null) {
            stream.setReading(isWritable);
        }
    }

    /** The client has left or the exchange is over: nothing upstream goes on. */
    void cancel() {
        done();
        if (current != null) {
            current.cancel();
        }
    }

    private void done() {
        isDone = true;
        cancel(timeout);
        cancel(perTryTimeout);
        cancel(backoff);
        body.release();
        endRetry();
    }

    /** Whatever comes of the last try from here on, no other follows. */
    private void endRetry() {
        if (isRetryCounted) {
            isRetryCounted = false;
            cluster.releaseRetry();
        }
    }

    private static void cancel(@Nullable Future<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private void fail(LocalReply reply) {
        done();
        response.reply(reply);
    }

    void onInformational(ResponseHead informational) {
        response.informational(informational);
    }

    void onHead(UpstreamRequest attempt, ResponseHead responseHead, boolean end) {
        long now = worker.clock().nanos();
        long upstreamNanos = now - (sentNanos == 0 ? info.startNanos() : sentNanos);
        boolean isRetriable = policy.attempts() > 0 && RetryState.covers(policy, responseHead);
        if (isRetriable && retry(attempt)) {
            return;
        }
        if (retries > 0 && !isRetriable) {
            cluster.requestCounts().retrySucceeded();
        }
        info.upstreamNanos(upstreamNanos);
        cancel(perTryTimeout);
        body.forget();
        endRetry();
        response.begin(responseHead, end, upstreamNanos);
        if (end) {
            done();
        } else {
            onDownstreamWritability(response.isWritable());
        }
    }

    void onData(ByteBuf data, boolean end) {
        if (end) {
            done();
        }
        response.data(data, end);
        if (!end && !response.isWritable()) {
            onDownstreamWritability(false);
        }
    }

    void onTrailers(Headers trailers) {
        done();
        response.trailers(trailers);
    }

    void onUpstreamReset(UpstreamRequest attempt, StreamReset reason, String details) {
        if (isDone) {
            return;
        }
        if (attempt.isHeadReceived()) {
            done();
            exchange.breakOff(reason);
            return;
        }
        if (isStaleConnection(attempt, reason)) {
            isStaleRetryUsed = true;
            current = null;
            // An upstream that goes closes all its connections: let them all be seen before another is taken.
            worker.eventLoop().execute(this::again);
            return;
        }
        boolean isSent = attempt.isOpened();
        if (policy.attempts() > 0 && RetryState.covers(policy, reason, isSent) && retry(attempt)) {
            return;
        }
        fail(LocalReply.upstreamReset(reason, details));
    }

    private boolean isStaleConnection(UpstreamRequest attempt, StreamReset reason) {
        return (reason == StreamReset.CONNECTION_TERMINATION || reason == StreamReset.REMOTE_RESET)
                && attempt.isOnReusedConnection()
                && !isStaleRetryUsed
                && body.isReplayable()
                && RetryState.isIdempotent(head.method())
                && (RetryState.covers(policy, StreamReset.CONNECT_FAILURE, false)
                        || RetryState.covers(policy, reason, false));
    }

    private boolean mayRetry() {
        return policy.attempts() > retries;
    }

    /** Tries again after a pause if that is still allowed; else the failure stands, flagged as Envoy does. */
    private boolean retry(UpstreamRequest failed) {
        if (!mayRetry()) {
            info.flag(ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED);
            cluster.requestCounts().retryLimitReached();
            return false;
        }
        if (!body.isReplayable()) {
            return false;
        }
        if (!isRetryCounted && !cluster.tryAcquireRetry()) {
            info.flag(ResponseFlag.UPSTREAM_OVERFLOW);
            return false;
        }
        isRetryCounted = true;
        cluster.requestCounts().retried();
        failed.cancel();
        retries++;
        long pause = RetryState.backoffMillis(policy.backoffMillis(), retries, worker.random());
        backoff = worker.eventLoop().schedule(this::again, pause, TimeUnit.MILLISECONDS);
        current = null;
        cancel(perTryTimeout);
        perTryTimeout = null;
        return true;
    }

    private void again() {
        if (!isDone) {
            current = null;
            attempt();
        }
    }

    private void onPerTryTimeout() {
        UpstreamRequest attempt = current;
        perTryTimeout = null;
        if (isDone || attempt == null || attempt.isHeadReceived()) {
            return;
        }
        cluster.requestCounts().tryTimedOut();
        attempt.timeOut();
        if (RetryState.coversPerTryTimeout(policy) && retry(attempt)) {
            return;
        }
        fail(LocalReply.PER_TRY_TIMEOUT);
    }

    private void onTimeout() {
        UpstreamRequest attempt = current;
        if (isDone) {
            return;
        }
        cluster.requestCounts().timedOut();
        if (attempt != null && attempt.isHeadReceived()) {
            attempt.cancel();
            done();
            exchange.timeOutMidway();
            return;
        }
        if (attempt != null) {
            attempt.timeOut();
        }
        fail(LocalReply.TIMEOUT);
    }
}
