package weft.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weft.proxy.http1.Http1Limits;
import weft.proxy.loop.Workers;
import weft.proxy.testing.TestUpstream;
import weft.routing.cluster.ConnectionPoolSettings;
import weft.routing.cluster.TcpKeepalive;

/** What the kernel is told of the sockets towards endpoints. */
class UpstreamSocketTest {
    private static ConnectionPoolSettings with(@Nullable TcpKeepalive keepalive) {
        return new ConnectionPoolSettings(10, 1_000, 10, 10, 0, 10, 60_000, 0, keepalive, null);
    }

    private static Channel connected(Workers workers, TestUpstream upstream, ConnectionPoolSettings settings)
            throws Exception {
        CompletableFuture<Channel> channel = new CompletableFuture<>();
        new Http1Connector(workers.socketChannel(), Http1Limits.DEFAULT)
                .connect(
                        workers.all().get(0),
                        new java.net.InetSocketAddress("127.0.0.1", upstream.port()),
                        settings,
                        new UpstreamConnection.Observer() {
                            @Override
                            public void onConnected(UpstreamConnection connection) {
                                channel.complete(connection.channel());
                            }

                            @Override
                            public void onConnectFailed(Throwable cause) {
                                channel.completeExceptionally(cause);
                            }

                            @Override
                            public void onIdle() {}

                            @Override
                            public void onClosed() {}
                        });
        return channel.get(10, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void keepaliveIsSetAsTheRuleSaysAndLeftAloneWithoutOne(boolean epoll) throws Exception {
        boolean isEpoll = epoll && Epoll.isAvailable();
        Workers workers = Workers.start(1, 1, isEpoll);
        try (workers;
                TestUpstream upstream = TestUpstream.saying("hello")) {
            Channel plain = connected(workers, upstream, with(null));
            assertThat(plain.config().getOption(ChannelOption.SO_KEEPALIVE)).isFalse();
            int idleOfTheSystem = idle(plain, isEpoll);

            Channel set = connected(workers, upstream, with(new TcpKeepalive(7, 11, 13)));
            assertThat(set.config().getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
            assertThat(idle(set, isEpoll)).isEqualTo(11);
            assertThat(option(
                            set,
                            isEpoll
                                    ? EpollChannelOption.TCP_KEEPINTVL
                                    : NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL)))
                    .isEqualTo(13);
            assertThat(option(
                            set,
                            isEpoll
                                    ? EpollChannelOption.TCP_KEEPCNT
                                    : NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT)))
                    .isEqualTo(7);

            Channel partly = connected(workers, upstream, with(new TcpKeepalive(7, 0, 0)));
            assertThat(partly.config().getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
            assertThat(idle(partly, isEpoll)).isEqualTo(idleOfTheSystem);
        }
    }

    private static int idle(Channel channel, boolean isEpoll) throws IOException {
        return option(
                channel,
                isEpoll ? EpollChannelOption.TCP_KEEPIDLE : NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE));
    }

    private static int option(Channel channel, ChannelOption<Integer> option) {
        return channel.config().getOption(option);
    }
}
