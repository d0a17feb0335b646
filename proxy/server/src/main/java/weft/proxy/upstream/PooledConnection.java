package weft.proxy.upstream;

import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;
import weft.proxy.stream.ClientStream;
import weft.proxy.stream.ClientStreamListener;
import weft.proxy.stream.StreamReset;

/** A pool's view of one connection, from the attempt to connect until it is closed. Confined to the event loop. */
public final class PooledConnection implements UpstreamConnection.Observer {
    private final ConnectionPool pool;
    private final ClusterLimits limits;
    private @Nullable UpstreamConnection connection;
    private long openedNanos;
    private long idleSinceNanos;
    private long requests;
    private boolean isClosed;
    private @Nullable String localAddress;

    /** @param limits that it counts in, and whose settings it is made by */
    PooledConnection(ConnectionPool pool, ClusterLimits limits) {
        this.pool = pool;
        this.limits = limits;
    }

    /** Sends a request on it. */
    public ClientStream open(ClientStreamListener listener) {
        requests++;
        return established().open(listener);
    }

    /** Whether it served a request before the one in flight: then the peer may have been about to close it. */
    public boolean isReused() {
        return requests > 1;
    }

    /** IP and port on this side, for the access log. */
    public String localAddress() {
        String known = localAddress;
        if (known == null) {
            known = Addresses.hostPort(established().channel().localAddress());
            localAddress = known;
        }
        return known;
    }

    boolean isUsable(long nanos, long maxRequests, long maxDurationNanos) {
        return !isClosed
                && established().isReusable()
                && (maxRequests == 0 || requests < maxRequests)
                && (maxDurationNanos == 0 || nanos - openedNanos < maxDurationNanos);
    }

    ClusterLimits limits() {
        return limits;
    }

    long openedNanos() {
        return openedNanos;
    }

    long idleSinceNanos() {
        return idleSinceNanos;
    }

    void idleSince(long nanos) {
        idleSinceNanos = nanos;
    }

    void close() {
        established().close();
    }

    private UpstreamConnection established() {
        UpstreamConnection established = connection;
        if (established == null) {
            throw new IllegalStateException("not connected");
        }
        return established;
    }

    @Override
    public void onConnected(UpstreamConnection established) {
        connection = established;
        openedNanos = pool.nanos();
        Channel channel = established.channel();
        if (!channel.isActive()) {
            isClosed = true;
            pool.onConnectFailed(this, StreamReset.CONNECT_FAILURE, "connection closed");
            return;
        }
        pool.onConnected(this);
    }

    @Override
    public void onConnectFailed(Throwable cause) {
        isClosed = true;
        pool.onConnectFailed(this, ConnectFailure.reset(cause), ConnectFailure.text(cause));
    }

    @Override
    public void onIdle() {
        if (!isClosed) {
            pool.onIdle(this);
        }
    }

    @Override
    public void onClosed() {
        if (!isClosed) {
            isClosed = true;
            pool.onClosed(this);
        }
    }
}
