package weft.proxy.exchange;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Watches that something moves on a request: after once to one and a half times the timeout without a byte in either
 * direction it is over, as by Envoy's stream idle timeout. Confined to the event loop.
 *
 * <p>It looks by and by at what is counted anyway, so that bytes cost nothing more.
 */
final class StreamIdle {
    /** Looks in the time of the timeout. */
    private static final int CHECKS = 2;

    private final EventLoop loop;
    private final LongSupplier moved;
    private final long checkMillis;
    private final Runnable then;
    private @Nullable Future<?> timer;
    private long seen = -1;
    private int idleChecks;

    /** Watches if the proxy wants that, else gives null. */
    static @Nullable StreamIdle watch(DownstreamConnection connection, StreamInfo info, Runnable then) {
        long timeoutMillis = connection.dataPlane().streamIdleMillis();
        return timeoutMillis == 0
                ? null
                : new StreamIdle(
                        connection.worker().eventLoop(),
                        () -> info.bytesReceived + info.bytesSent,
                        timeoutMillis,
                        then);
    }

    /**
     * @param moved bytes so far, both ways
     * @param then runs once, unless it is stopped before
     */
    StreamIdle(EventLoop loop, LongSupplier moved, long timeoutMillis, Runnable then) {
        this.loop = loop;
        this.moved = moved;
        this.checkMillis = Math.max(1, timeoutMillis / CHECKS);
        this.then = then;
        schedule();
    }

    private void schedule() {
        timer = loop.schedule(this::check, checkMillis, TimeUnit.MILLISECONDS);
    }

    private void check() {
        long now = moved.getAsLong();
        idleChecks = now == seen ? idleChecks + 1 : 0;
        seen = now;
        if (idleChecks >= CHECKS) {
            then.run();
        } else {
            schedule();
        }
    }

    void stop() {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
