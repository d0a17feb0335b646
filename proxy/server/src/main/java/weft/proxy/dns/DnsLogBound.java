package weft.proxy.dns;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

/**
 * Lets a few warnings of Netty's DNS client a minute into the log. It warns of every answer that does not fit its question, so
 * that whoever forges answers could fill the disk. Named in {@code logback.xml}; thread-safe.
 */
public final class DnsLogBound extends TurboFilter {
    /** Lines a minute. */
    static final int LINES = 5;

    static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);

    private static final String BOUNDED = "io.netty.resolver.dns";

    private final LongSupplier nanoClock;
    private long windowStart;
    private int lines;
    private long leftOut;

    /** For logback. */
    public DnsLogBound() {
        this(System::nanoTime);
    }

    DnsLogBound(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        windowStart = nanoClock.getAsLong();
    }

    /** Without a format it is only asked whether the level is on: that is no line. */
    @Override
    public FilterReply decide(
            @Nullable Marker marker,
            Logger logger,
            Level level,
            @Nullable String format,
            Object @Nullable [] params,
            @Nullable Throwable t) {
        if (format == null || !level.equals(Level.WARN) || !logger.getName().startsWith(BOUNDED)) {
            return FilterReply.NEUTRAL;
        }
        long before;
        synchronized (this) {
            long now = nanoClock.getAsLong();
            before = 0;
            if (now - windowStart >= WINDOW_NANOS) {
                before = leftOut;
                windowStart = now;
                lines = 0;
                leftOut = 0;
            }
            if (lines >= LINES) {
                leftOut++;
                return FilterReply.DENY;
            }
            lines++;
        }
        if (before > 0) {
            logger.getLoggerContext()
                    .getLogger(DnsLogBound.class)
                    .warn("{} more warnings of the DNS client were left out", before);
        }
        return FilterReply.NEUTRAL;
    }
}
