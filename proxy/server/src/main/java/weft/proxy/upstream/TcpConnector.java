package weft.proxy.upstream;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import weft.proxy.loop.Worker;
import weft.proxy.stream.StreamReset;

/**
 * Opens connections that carry bytes as they are, one for each connection of a client. Thread-safe.
 *
 * <p>They count among the cluster's and the endpoint's connections, and as load of the endpoint, until they are closed.
 */
public final class TcpConnector {
    private final Class<? extends SocketChannel> channelType;

    /** Hears once what became of an attempt. Called on the event loop. */
    public interface Observer {
        void onConnected(Channel channel);

        /** @param details what the operating system said */
        void onConnectFailed(String details);
    }

    public TcpConnector(Class<? extends SocketChannel> channelType) {
        this.channelType = channelType;
    }

    /**
     * Connects, within the cluster's connect timeout. The channel reads nothing until it is told to, and may be closed in
     * one direction alone.
     *
     * @param handler of the channel, from its beginning
     * @return false when that would be one connection too many; then nothing else happens
     */
    public boolean connect(
            Worker worker, ClusterRuntime cluster, EndpointState endpoint, ChannelHandler handler, Observer observer) {
        ClusterState state = cluster.state();
        ClusterLimits limits = state.limits();
        if (!limits.connections().tryAcquire()) {
            state.counts().overflowed();
            return false;
        }
        endpoint.countConnect();
        endpoint.requestStarted();
        ChannelFuture connecting = UpstreamBootstrap.of(worker, channelType, limits.settings())
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .handler(handler)
                .connect(endpoint.address());
        // Without a file descriptor left there is no channel, and the future belongs to another executor.
        connecting.addListener(done -> {
            if (worker.eventLoop().inEventLoop()) {
                settle(connecting, limits.connections(), endpoint, observer);
            } else {
                worker.eventLoop().execute(() -> settle(connecting, limits.connections(), endpoint, observer));
            }
        });
        return true;
    }

    private static void settle(ChannelFuture connecting, Limit connections, EndpointState endpoint, Observer observer) {
        if (!connecting.isSuccess()) {
            connections.release();
            endpoint.requestEnded();
            endpoint.countConnectFailure();
            if (ConnectFailure.reset(connecting.cause()) == StreamReset.CONNECT_TIMEOUT) {
                endpoint.timedOut();
            } else {
                endpoint.failed();
            }
            observer.onConnectFailed(ConnectFailure.text(connecting.cause()));
            return;
        }
        endpoint.countOpened();
        endpoint.connectedFinally();
        connecting.channel().closeFuture().addListener(closed -> {
            connections.release();
            endpoint.requestEnded();
            endpoint.countClosed();
        });
        observer.onConnected(connecting.channel());
    }
}
