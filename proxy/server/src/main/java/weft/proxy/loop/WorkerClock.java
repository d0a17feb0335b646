package weft.proxy.loop;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Time as the request path needs it: monotonic nanoseconds, wall-clock microseconds, the {@code date} field. Confined to
 * the event loop.
 *
 * <p>The wall clock is read once a second and carried forward by the monotonic one, so that a request costs no allocation.
 */
public final class WorkerClock {
    private static final long RESYNC_NANOS = 1_000_000_000L;
    private static final DateTimeFormatter IMF_FIXDATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT);

    private final LongSupplier nanoClock;
    private final InstantSource wallClock;
    private long syncedNanos;
    private long syncedMicros;
    private String date = "";

    public WorkerClock(LongSupplier nanoClock, InstantSource wallClock) {
        this.nanoClock = nanoClock;
        this.wallClock = wallClock;
        resync(nanoClock.getAsLong());
    }

    public static WorkerClock system() {
        return new WorkerClock(System::nanoTime, InstantSource.system());
    }

    /** Monotonic; only differences mean something. This reading alone is for any thread. */
    public long nanos() {
        return nanoClock.getAsLong();
    }

    /** Microseconds since 1970 at a moment that {@link #nanos} returned just before. */
    public long wallMicros(long nanos) {
        if (nanos - syncedNanos >= RESYNC_NANOS) {
            resync(nanos);
        }
        return syncedMicros + (nanos - syncedNanos) / 1_000;
    }

    /** Value of a {@code date} field, exact to about a second. */
    public String date() {
        wallMicros(nanos());
        return date;
    }

    private void resync(long nanos) {
        Instant now = wallClock.instant();
        syncedNanos = nanos;
        syncedMicros = now.getEpochSecond() * 1_000_000L + now.getNano() / 1_000;
        date = IMF_FIXDATE.format(now.atOffset(ZoneOffset.UTC));
    }
}
