package weft.proxy.exchange;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import weft.proxy.loop.Worker;
import weft.proxy.stream.ClientStream;
import weft.proxy.stream.ClientStreamListener;
import weft.proxy.stream.StreamReset;
import weft.proxy.upstream.ClusterRuntime;
import weft.proxy.upstream.ConnectionPool;
import weft.proxy.upstream.EndpointState;
import weft.proxy.upstream.PooledConnection;
import weft.routing.http.GrpcStatus;
import weft.routing.http.Headers;
import weft.routing.http.ResponseHead;

/**
 * One attempt to have a request served by one endpoint. Confined to the event loop.
 *
 * <p>Counts itself among the endpoint's and the cluster's requests until it has ended, which it does once: with the last
 * byte of a response, a reset, or {@link #cancel}. What the endpoint made of it is told to the endpoint, as Envoy tells
 * outlier detection: a gRPC answer by its status, when that is known.
 */
final class UpstreamRequest implements ConnectionPool.Waiter, ClientStreamListener {
    private final Router router;
    private final Worker worker;
    private final ClusterRuntime cluster;
    private final EndpointState endpoint;
    private final boolean isGrpc;
    private @Nullable PooledConnection connection;
    private @Nullable ClientStream stream;
    private boolean isHeadReceived;
    private boolean isEnded;

    /** The cluster has counted the request already. */
    UpstreamRequest(Router router, Worker worker, ClusterRuntime cluster, EndpointState endpoint, boolean isGrpc) {
        this.router = router;
        this.worker = worker;
        this.cluster = cluster;
        this.endpoint = endpoint;
        this.isGrpc = isGrpc;
        endpoint.requestStarted();
    }

    void start() {
        endpoint.pool(worker).acquire(this);
    }

    /** The stream to send on, or null while there is no connection or no more. */
    @Nullable
    ClientStream stream() {
        return isEnded ? null : stream;
    }

    boolean isHeadReceived() {
        return isHeadReceived;
    }

    /** Whether a connection was found, so that bytes of the request may have left. */
    boolean isOpened() {
        return stream != null;
    }

    /** Whether the connection served a request before this one. */
    boolean isOnReusedConnection() {
        return connection != null && connection.isReused();
    }

    /** Gives up, silently. */
    void cancel() {
        if (isEnded) {
            return;
        }
        ClientStream open = stream;
        end();
        if (open != null) {
            open.reset();
        } else {
            endpoint.pool(worker).cancel(this);
        }
    }

    /** Gives up because it took too long. */
    void timeOut() {
        if (!isEnded) {
            endpoint.timedOut();
            cancel();
        }
    }

    private void end() {
        isEnded = true;
        endpoint.requestEnded();
        cluster.releaseRequest();
    }

    @Override
    public void onConnection(PooledConnection taken) {
        connection = taken;
        endpoint.connected();
        ClientStream open = taken.open(this);
        stream = open;
        router.onStreamOpen(this, open, taken);
    }

    @Override
    public void onConnectionFailure(StreamReset reason, String details) {
        end();
        tellFailure(reason);
        router.onUpstreamReset(this, reason, details);
    }

    /** The limits of a cluster are not an endpoint's fault. */
    private void tellFailure(StreamReset reason) {
        if (reason != StreamReset.OVERFLOW && reason != StreamReset.LOCAL_RESET) {
            endpoint.failed();
        }
    }

    @Override
    public void onInformational(ResponseHead head) {
        if (!isEnded) {
            router.onInformational(head);
        }
    }

    @Override
    public void onHead(ResponseHead head, boolean end) {
        if (isEnded) {
            return;
        }
        isHeadReceived = true;
        if (!isGrpc || head.status() != 200) {
            endpoint.answered(head.status());
        } else if (end || head.headers().contains("grpc-status")) {
            endpoint.answered(GrpcStatus.httpStatus(head.headers().get("grpc-status")));
        }
        if (end) {
            end();
        }
        router.onHead(this, head, end);
    }

    @Override
    public void onData(ByteBuf data, boolean end) {
        if (isEnded) {
            data.release();
            return;
        }
        if (end) {
            end();
        }
        router.onData(data, end);
    }

    @Override
    public void onTrailers(Headers trailers) {
        if (!isEnded) {
            end();
            if (isGrpc) {
                endpoint.answered(GrpcStatus.httpStatus(trailers.get("grpc-status")));
            }
            router.onTrailers(trailers);
        }
    }

    @Override
    public void onReset(StreamReset reason, String details) {
        if (!isEnded) {
            end();
            tellFailure(reason);
            router.onUpstreamReset(this, reason, details);
        }
    }

    @Override
    public void onWritabilityChanged() {
        ClientStream open = stream;
        if (!isEnded && open != null) {
            router.onUpstreamWritability(open.isWritable());
        }
    }
}
