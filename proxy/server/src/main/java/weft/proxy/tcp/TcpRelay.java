package weft.proxy.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import weft.proxy.balance.XxHash64;
import weft.proxy.exchange.ServingSnapshot;
import weft.proxy.loop.Worker;
import weft.proxy.telemetry.TcpMetrics;
import weft.proxy.upstream.Addresses;
import weft.proxy.upstream.ClusterRuntime;
import weft.proxy.upstream.EndpointState;
import weft.proxy.upstream.TcpConnector;
import weft.routing.cluster.HashKey;
import weft.routing.cluster.LoadBalancing.ConsistentHash;
import weft.routing.http.ResponseFlag;
import weft.routing.route.WeightedCluster;
import weft.routing.snapshot.NetworkFilter.TcpProxy;

/**
 * One client's connection, joined to one of an endpoint of its cluster. Confined to the event loop.
 *
 * <p>The cluster is drawn once; rules that change later leave the connection alone. A side that cannot write stops the
 * other side's reading, so that one high-water mark and one read per direction bound the memory. The end of one direction
 * is passed on and the other goes on; a reset is passed on as a reset, lest a broken transfer look whole.
 */
final class TcpRelay implements TcpConnector.Observer {
    static final String CLIENT_LEFT = "downstream_remote_disconnect";
    private static final String IDLE = "tcp_session_idle_timeout";

    private final TcpConnections owner;
    private final Worker worker;
    private final ConnectionInfo info;
    private final RelaySide downstream = new RelaySide(this);
    private final RelaySide upstream = new RelaySide(this);
    private TcpMetrics.@Nullable Series series;
    private @Nullable ByteBuf early;
    private @Nullable Future<?> idleTimer;
    private long idleNanos;
    private long lastActiveNanos;
    private boolean isConnected;
    private boolean isBroken;
    private boolean isFinished;

    TcpRelay(TcpConnections owner, Worker worker, ConnectionInfo info) {
        this.owner = owner;
        this.worker = worker;
        this.info = info;
    }

    /** The handler of the client's channel, to be added before {@link #start}. */
    RelaySide downstream() {
        return downstream;
    }

    /**
     * Chooses a destination and connects.
     *
     * @param first bytes of the client that were read already, or null; the relay's own from now on
     * @param original address the client meant, as HOST:PORT, for clusters that go there
     */
    void start(TcpProxy proxy, ServingSnapshot serving, @Nullable ByteBuf first, String original) {
        downstream.setReading(false);
        early = first;
        idleNanos = TimeUnit.MILLISECONDS.toNanos(proxy.idleTimeoutMillis());
        boolean isWeighted = proxy.clusters().size() > 1;
        int draw = isWeighted ? worker.draw() : 0;
        WeightedCluster destination = WeightedCluster.pick(proxy.clusters(), draw);
        info.destined(destination, isWeighted ? draw : -1);
        ClusterRuntime cluster = serving.clusters().get(destination.cluster());
        if (cluster == null) {
            fail(ResponseFlag.NO_CLUSTER_FOUND);
            return;
        }
        info.cluster(cluster.cluster());
        if (cluster.isOriginalDestination()) {
            cluster.resolve(worker, original, info.serverName(), endpoint -> connect(cluster, endpoint));
        } else {
            connect(cluster, cluster.pick(worker, hash(cluster), null));
        }
    }

    /** A connection has no other hash than that of its source. */
    private long hash(ClusterRuntime cluster) {
        ConsistentHash hash = cluster.cluster().loadBalancing().hash();
        return hash != null && hash.key() instanceof HashKey.SourceIp
                ? XxHash64.of(info.remoteIp())
                : ClusterRuntime.NO_HASH;
    }

    private void connect(ClusterRuntime cluster, @Nullable EndpointState endpoint) {
        if (isFinished) {
            return;
        }
        if (endpoint == null) {
            fail(ResponseFlag.NO_HEALTHY_UPSTREAM);
            return;
        }
        if (!owner.connector().connect(worker, cluster, endpoint, upstream, this)) {
            fail(ResponseFlag.UPSTREAM_OVERFLOW);
            return;
        }
        info.attempted(endpoint);
    }

    @Override
    public void onConnected(Channel channel) {
        if (isFinished) {
            channel.close();
            return;
        }
        isConnected = true;
        info.upstreamLocalAddress(Addresses.hostPort(channel.localAddress()));
        TcpMetrics.Series counters = seriesOf("");
        series = counters;
        counters.opened();
        touch();
        scheduleIdleCheck(idleNanos);
        ByteBuf first = early;
        if (first != null) {
            early = null;
            counters.received(first.readableBytes());
            upstream.write(first);
            upstream.flush();
        }
        if (downstream.isInputEnded()) {
            upstream.endOutput();
        }
        upstream.setReading(downstream.isWritable());
        downstream.setReading(upstream.isWritable());
    }

    /** As Envoy, which tries once: the failure, and that there was no other attempt. */
    @Override
    public void onConnectFailed(String details) {
        if (!isFinished) {
            info.upstreamFailure("delayed connect error: " + details);
            info.flag(ResponseFlag.UPSTREAM_CONNECTION_FAILURE);
            fail(ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED);
        }
    }

    void onRead(RelaySide side, ByteBuf data) {
        if (isFinished || isBroken) {
            data.release();
            return;
        }
        touch();
        int length = data.readableBytes();
        if (side == downstream) {
            info.bytesReceived += length;
        }
        if (!isConnected) {
            // Reading is off, but the end of a connection makes the transport hand over what the kernel still has.
            ByteBuf before = early;
            early = before == null
                    ? data
                    : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(
                            side.channel().alloc(), before, data);
            return;
        }
        if (side == downstream && series != null) {
            series.received(length);
        }
        RelaySide other = other(side);
        other.write(data);
        if (!other.isWritable()) {
            side.setReading(false);
        }
    }

    void onReadComplete(RelaySide side) {
        if (isConnected && !isFinished) {
            other(side).flush();
        }
    }

    void onWritten(RelaySide side, int length) {
        touch();
        if (side == downstream) {
            info.bytesSent += length;
            if (series != null) {
                series.sent(length);
            }
        }
    }

    void onWritability(RelaySide side) {
        if (isConnected && !isFinished) {
            other(side).setReading(side.isWritable());
        }
    }

    /** One direction has ended: so does the same direction on the other side, once it has caught up. */
    void onInputEnd(RelaySide side) {
        if (isConnected && !isFinished && !isBroken) {
            touch();
            other(side).endOutput();
        }
    }

    void onOutputEnd() {
        if (downstream.isOutputEnded() && upstream.isOutputEnded()) {
            finish();
        }
    }

    /** A channel is gone that was not closed from here: its peer has broken off. */
    void onClosed(RelaySide side) {
        if (isFinished) {
            return;
        }
        if (!isConnected) {
            if (side == downstream) {
                info.flag(ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION);
                info.termination(CLIENT_LEFT);
                finish();
            }
            return;
        }
        if (isBroken) {
            finish();
            return;
        }
        isBroken = true;
        info.flag(side == downstream ? ResponseFlag.DOWNSTREAM_REMOTE_RESET : ResponseFlag.UPSTREAM_REMOTE_RESET);
        other(side).abort(this::finish);
    }

    private RelaySide other(RelaySide side) {
        return side == downstream ? upstream : downstream;
    }

    private void touch() {
        lastActiveNanos = worker.clock().nanos();
    }

    private void scheduleIdleCheck(long delayNanos) {
        if (idleNanos > 0) {
            idleTimer = worker.eventLoop().schedule(this::checkIdle, delayNanos, TimeUnit.NANOSECONDS);
        }
    }

    private void checkIdle() {
        long left = idleNanos - (worker.clock().nanos() - lastActiveNanos);
        if (left > 0) {
            scheduleIdleCheck(left);
        } else {
            close(IDLE);
        }
    }

    /** Ends it from this side. */
    void close(String why) {
        if (!isFinished) {
            info.termination(why);
            finish();
        }
    }

    private void fail(ResponseFlag flag) {
        info.flag(flag);
        finish();
    }

    private void finish() {
        if (isFinished) {
            return; // an abort that waits for its last bytes is told of the close that came before
        }
        isFinished = true;
        if (idleTimer != null) {
            idleTimer.cancel(false);
        }
        if (early != null) {
            early.release();
            early = null;
        }
        String flags = ResponseFlag.joined(info.flags());
        TcpMetrics.Series ending = seriesOf(flags);
        if (series == null) {
            ending.opened();
        }
        ending.closed();
        owner.ended(info);
        downstream.close();
        upstream.close();
    }

    private TcpMetrics.Series seriesOf(String flags) {
        EndpointState endpoint = info.endpoint();
        return owner.metrics()
                .of(
                        info.isInbound(),
                        info.cluster(),
                        info.clusterName(),
                        endpoint == null ? null : endpoint.endpoint(),
                        flags);
    }
}
