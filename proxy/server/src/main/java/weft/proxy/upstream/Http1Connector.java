package weft.proxy.upstream;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import weft.proxy.http1.ConnectionListener;
import weft.proxy.http1.Http1ClientConnection;
import weft.proxy.http1.Http1Limits;
import weft.proxy.loop.Worker;
import weft.proxy.stream.ClientStream;
import weft.proxy.stream.ClientStreamListener;
import weft.routing.cluster.ConnectionPoolSettings;

/** Opens plain HTTP/1.1 connections. Thread-safe. */
public final class Http1Connector implements UpstreamConnector {
    private final Class<? extends SocketChannel> channelType;
    private final Http1Limits limits;

    public Http1Connector(Class<? extends SocketChannel> channelType, Http1Limits limits) {
        this.channelType = channelType;
        this.limits = limits;
    }

    @Override
    public void connect(
            Worker worker,
            InetSocketAddress address,
            ConnectionPoolSettings settings,
            UpstreamConnection.Observer observer) {
        Http1Connection connection = new Http1Connection(limits, observer);
        UpstreamBootstrap.of(worker, channelType, settings)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(connection.codec);
                    }
                })
                .connect(address)
                .addListener(future -> {
                    if (future.isSuccess()) {
                        connection.connected();
                    } else {
                        observer.onConnectFailed(future.cause());
                    }
                });
    }

    /** Confined to the event loop. */
    private static final class Http1Connection implements UpstreamConnection, ConnectionListener {
        private final Observer observer;
        private final Http1ClientConnection codec;
        private boolean isConnected;

        Http1Connection(Http1Limits limits, Observer observer) {
            this.observer = observer;
            this.codec = new Http1ClientConnection(limits, this);
        }

        void connected() {
            isConnected = true;
            observer.onConnected(this);
        }

        @Override
        public Channel channel() {
            return codec.channel();
        }

        @Override
        public ClientStream open(ClientStreamListener listener) {
            return codec.open(listener);
        }

        @Override
        public boolean isReusable() {
            return codec.isReusable();
        }

        @Override
        public void close() {
            codec.close();
        }

        @Override
        public void onIdle(Http1ClientConnection connection) {
            observer.onIdle();
        }

        @Override
        public void onClosed(Http1ClientConnection connection) {
            if (isConnected) {
                observer.onClosed();
            }
        }
    }
}
