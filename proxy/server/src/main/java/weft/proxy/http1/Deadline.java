package weft.proxy.http1;

import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** A timer that is set rarely and may be called off. Confined to the event loop. */
final class Deadline {
    private final ServerConnection io;
    private final Runnable whenMissed;
    private @Nullable Future<?> timer;

    Deadline(ServerConnection io, Runnable whenMissed) {
        this.io = io;
        this.whenMissed = whenMissed;
    }

    /** Sets it, unless it is set already. */
    void set(long millis) {
        if (timer == null) {
            timer = io.schedule(this::missed, millis);
        }
    }

    void cancel() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private void missed() {
        timer = null;
        whenMissed.run();
    }
}
