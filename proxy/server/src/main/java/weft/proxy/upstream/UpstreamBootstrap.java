package weft.proxy.upstream;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import java.net.SocketOption;
import jdk.net.ExtendedSocketOptions;
import weft.proxy.loop.Worker;
import weft.routing.cluster.ConnectionPoolSettings;
import weft.routing.cluster.TcpKeepalive;

/** What every socket towards an endpoint has in common. Thread-safe: functions only. */
final class UpstreamBootstrap {
    private UpstreamBootstrap() {}

    /** A bootstrap on the worker's loop with the connect timeout and the keepalive of the settings. */
    static Bootstrap of(Worker worker, Class<? extends SocketChannel> channelType, ConnectionPoolSettings settings) {
        Bootstrap bootstrap = new Bootstrap()
                .group(worker.eventLoop())
                .channel(channelType)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        Math.min(settings.connectTimeoutMillis(), Integer.MAX_VALUE));
        TcpKeepalive keepalive = settings.tcpKeepalive();
        if (keepalive != null) {
            boolean isEpoll = channelType == EpollSocketChannel.class;
            bootstrap.option(ChannelOption.SO_KEEPALIVE, true);
            set(
                    bootstrap,
                    isEpoll ? EpollChannelOption.TCP_KEEPIDLE : nio(ExtendedSocketOptions.TCP_KEEPIDLE),
                    keepalive.idleSeconds());
            set(
                    bootstrap,
                    isEpoll ? EpollChannelOption.TCP_KEEPINTVL : nio(ExtendedSocketOptions.TCP_KEEPINTERVAL),
                    keepalive.intervalSeconds());
            set(
                    bootstrap,
                    isEpoll ? EpollChannelOption.TCP_KEEPCNT : nio(ExtendedSocketOptions.TCP_KEEPCOUNT),
                    keepalive.probes());
        }
        return bootstrap;
    }

    private static ChannelOption<Integer> nio(SocketOption<Integer> option) {
        return NioChannelOption.of(option);
    }

    /** 0 leaves it to the operating system. */
    private static void set(Bootstrap bootstrap, ChannelOption<Integer> option, int value) {
        if (value > 0) {
            bootstrap.option(option, value);
        }
    }
}
