package weft.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import weft.proxy.loop.Worker;
import weft.proxy.stream.ClientStream;
import weft.proxy.stream.ClientStreamListener;
import weft.proxy.stream.StreamReset;
import weft.proxy.upstream.ClusterRuntime;
import weft.proxy.upstream.ConnectionPool;
import weft.proxy.upstream.EndpointState;
import weft.proxy.upstream.PooledConnection;
import weft.routing.http.Authority;
import weft.routing.http.Headers;
import weft.routing.http.RequestHead;
import weft.routing.http.ResponseHead;

/**
 * A copy of a request whose response nobody waits for. Confined to the event loop.
 *
 * <p>It never slows the request it copies: a mirror that takes bytes more slowly than they arrive loses the copy, and one
 * that has as many copies in flight as it may have gets no more.
 */
final class ShadowRequest implements ConnectionPool.Waiter, ClientStreamListener {
    /** A mirror that hangs must not hold its connection for ever. */
    private static final long TIMEOUT_SECONDS = 60;

    private final ClusterRuntime cluster;
    private final EndpointState endpoint;
    private final Worker worker;
    private final RequestHead head;
    private final RequestBody body = new RequestBody();
    private final Future<?> timeout;
    private @Nullable ClientStream stream;
    private boolean isEnded;

    private ShadowRequest(ClusterRuntime cluster, EndpointState endpoint, Worker worker, RequestHead head) {
        this.cluster = cluster;
        this.endpoint = endpoint;
        this.worker = worker;
        this.head = head;
        endpoint.requestStarted();
        timeout = worker.eventLoop().schedule(this::cancel, TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    /** Null when the mirror has no endpoint or no room. */
    static @Nullable ShadowRequest start(
            ClusterRuntime cluster, Worker worker, RequestHead original, RequestBody arrived) {
        EndpointState endpoint = cluster.isOriginalDestination() ? null : cluster.pick(worker, null);
        if (endpoint == null || !cluster.tryAcquireShadow()) {
            cluster.requestCounts().shadowDropped();
            return null;
        }
        ShadowRequest shadow = new ShadowRequest(cluster, endpoint, worker, copyOf(original));
        arrived.copyTo(shadow.body);
        endpoint.pool(worker).acquire(shadow);
        return shadow;
    }

    private static RequestHead copyOf(RequestHead original) {
        RequestHead copy = new RequestHead();
        String host = Authority.host(original.authority());
        String port = original.authority().substring(host.length());
        copy.reset(original.method(), original.scheme(), host + "-shadow" + port, original.path());
        copy.headers().addAll(original.headers());
        return copy;
    }

    /** More of the body; the buffer becomes this request's. */
    void send(ByteBuf data, boolean end) {
        ClientStream open = stream;
        if (isEnded) {
            data.release();
        } else if (open == null) {
            body.append(data, end);
            if (body.isFull()) {
                drop();
            }
        } else if (!open.isWritable()) {
            data.release();
            drop();
        } else {
            open.sendData(data, end);
        }
    }

    void end() {
        ClientStream open = stream;
        if (!isEnded && open != null) {
            open.sendData(Unpooled.EMPTY_BUFFER, true);
        } else {
            body.end(null);
        }
    }

    private void drop() {
        cluster.requestCounts().shadowDropped();
        cancel();
    }

    void cancel() {
        if (isEnded) {
            return;
        }
        ClientStream open = stream;
        finish();
        if (open != null) {
            open.reset();
        } else {
            endpoint.pool(worker).cancel(this);
        }
    }

    private void finish() {
        isEnded = true;
        timeout.cancel(false);
        body.release();
        endpoint.requestEnded();
        cluster.releaseShadow();
    }

    @Override
    public void onConnection(PooledConnection connection) {
        endpoint.connected();
        ClientStream open = connection.open(this);
        stream = open;
        boolean end = body.isEmpty();
        open.sendHead(head, end);
        if (!end && !isEnded) {
            body.sendTo(open, false);
        }
    }

    @Override
    public void onConnectionFailure(StreamReset reason, String details) {
        finish();
        tellFailure(reason);
    }

    private void tellFailure(StreamReset reason) {
        if (reason != StreamReset.OVERFLOW && reason != StreamReset.LOCAL_RESET) {
            endpoint.failed();
        }
    }

    @Override
    public void onInformational(ResponseHead response) {}

    @Override
    public void onHead(ResponseHead response, boolean end) {
        if (isEnded) {
            return;
        }
        endpoint.answered(response.status());
        if (end) {
            finish();
        }
    }

    @Override
    public void onData(ByteBuf data, boolean end) {
        data.release();
        if (end && !isEnded) {
            finish();
        }
    }

    @Override
    public void onTrailers(Headers trailers) {
        if (!isEnded) {
            finish();
        }
    }

    @Override
    public void onReset(StreamReset reason, String details) {
        if (!isEnded) {
            finish();
            tellFailure(reason);
        }
    }

    @Override
    public void onWritabilityChanged() {}
}
