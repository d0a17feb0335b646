package weft.proxy.health;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import weft.proxy.loop.Worker;

/** Connects for a probe that speaks for itself. Thread-safe: functions only. */
final class ProbeConnection {
    private ProbeConnection() {}

    /** Begins to connect; tells on the worker's loop what became of it. */
    static ChannelFuture open(
            Worker worker,
            Class<? extends SocketChannel> channelType,
            InetSocketAddress address,
            long timeoutMillis,
            ChannelHandler handler,
            Consumer<ChannelFuture> then) {
        ChannelFuture connecting = new Bootstrap()
                .group(worker.eventLoop())
                .channel(channelType)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.min(timeoutMillis, Integer.MAX_VALUE))
                .handler(handler)
                .connect(address);
        connecting.addListener(done -> {
            // Without a file descriptor left there is no channel, and the future belongs to another executor.
            if (worker.eventLoop().inEventLoop()) {
                then.accept(connecting);
            } else {
                worker.eventLoop().execute(() -> then.accept(connecting));
            }
        });
        return connecting;
    }
}
