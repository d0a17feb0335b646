package weft.proxy.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a listener does when the system gives it no connection, as when files have run out: it waits a moment, tries again, and
 * says so once a minute. Confined to the event loop of its socket.
 *
 * <p>The connection stays with the kernel meanwhile, and so do those behind it. Trying on at once would only keep the event
 * loop from the connections that could end and give their files back.
 */
final class AcceptFailures extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(AcceptFailures.class);
    private static final long PAUSE_MILLIS = 200;
    private static final long SILENCE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final String listener;
    private long toldNanos = System.nanoTime() - SILENCE_NANOS;
    private boolean isPaused;
    private long failures;

    AcceptFailures(String listener) {
        this.listener = listener;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failures++;
        long now = System.nanoTime();
        if (now - toldNanos >= SILENCE_NANOS) {
            toldNanos = now;
            LOG.warn(
                    "cannot accept connections listener={} failures={} error=\"{}\"",
                    listener,
                    failures,
                    cause.getMessage());
        }
        if (isPaused) {
            return;
        }
        isPaused = true;
        ctx.channel().config().setAutoRead(false);
        ctx.channel()
                .eventLoop()
                .schedule(
                        () -> {
                            isPaused = false;
                            ctx.channel().config().setAutoRead(true);
                        },
                        PAUSE_MILLIS,
                        TimeUnit.MILLISECONDS);
    }
}
