package weft.proxy.upstream;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import weft.proxy.http1.ConnectionListener;
import weft.proxy.http1.Http1ClientConnection;
import weft.proxy.http1.Http1Limits;
import weft.proxy.loop.Worker;
import weft.proxy.stream.ClientStream;
import weft.proxy.stream.ClientStreamListener;
import weft.routing.cluster.ConnectionPoolSettings;

/** Opens HTTP/1.1 connections, in clear or over TLS. Thread-safe. */
public final class Http1Connector implements UpstreamConnector {
    private final Class<? extends SocketChannel> channelType;
    private final Http1Limits limits;
    private final @Nullable SslContext tls;

    /** In clear. */
    public Http1Connector(Class<? extends SocketChannel> channelType, Http1Limits limits) {
        this(channelType, limits, null);
    }

    private Http1Connector(Class<? extends SocketChannel> channelType, Http1Limits limits, @Nullable SslContext tls) {
        this.channelType = channelType;
        this.limits = limits;
        this.tls = tls;
    }

    /** The same over TLS, by the host name of each address, within the time for a connection. */
    public Http1Connector over(SslContext context) {
        return new Http1Connector(channelType, limits, context);
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
                        if (tls != null) {
                            SslHandler handshake =
                                    tls.newHandler(channel.alloc(), address.getHostString(), address.getPort());
                            handshake.setHandshakeTimeoutMillis(settings.connectTimeoutMillis());
                            channel.pipeline().addLast(handshake);
                        }
                        channel.pipeline().addLast(connection.codec);
                    }
                })
                .connect(address)
                .addListener(future -> {
                    if (future.isSuccess()) {
                        established(connection);
                    } else {
                        observer.onConnectFailed(future.cause());
                    }
                });
    }

    private void established(Http1Connection connection) {
        if (tls == null) {
            connection.connected();
            return;
        }
        connection.channel().pipeline().get(SslHandler.class).handshakeFuture().addListener(done -> {
            if (done.isSuccess()) {
                connection.connected();
            } else {
                connection.observer.onConnectFailed(done.cause());
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
