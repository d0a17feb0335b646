package weft.proxy.health;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import weft.proxy.loop.Worker;

/**
 * Whom probes go to, on which event loop. Immutable.
 *
 * @param channelType of connections that a probe opens by itself
 * @param timeoutMillis to connect
 */
record ProbeTarget(
        Worker worker, Class<? extends SocketChannel> channelType, InetSocketAddress address, long timeoutMillis) {

    /** Begins to connect; tells on the worker's loop what became of it. */
    Channel connect(ChannelHandler handler, Consumer<ChannelFuture> then) {
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
        return connecting.channel();
    }
}
