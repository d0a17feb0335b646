package weft.proxy.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What forged answers may write into the log. */
class DnsLogBoundTest {
    private final LoggerContext context = new LoggerContext();
    private final ListAppender<ILoggingEvent> seen = new ListAppender<>();
    private final Logger netty = context.getLogger("io.netty.resolver.dns.DnsQueryContext");

    @Test
    void aFloodLeavesFewLinesAMinuteAndTheirNumber() {
        AtomicLong nanos = new AtomicLong(-1);
        context.addTurboFilter(new DnsLogBound(nanos::get));
        listen();
        flood(1_000);
        assertEquals(DnsLogBound.LINES, seen.list.size());
        nanos.addAndGet(DnsLogBound.WINDOW_NANOS - 1);
        flood(1);
        assertEquals(DnsLogBound.LINES, seen.list.size());
        nanos.addAndGet(1);
        flood(1);
        assertEquals(DnsLogBound.LINES + 2, seen.list.size());
        assertEquals(
                "996 more warnings of the DNS client were left out",
                seen.list.get(DnsLogBound.LINES).getFormattedMessage());
        flood(6);
        nanos.addAndGet(DnsLogBound.WINDOW_NANOS);
        seen.list.clear();
        flood(1);
        assertEquals(
                "2 more warnings of the DNS client were left out",
                seen.list.get(0).getFormattedMessage());
    }

    @Test
    void nothingElseIsLeftOut() {
        context.addTurboFilter(new DnsLogBound(() -> 0));
        listen();
        flood(1_000);
        seen.list.clear();
        netty.error("broken");
        context.getLogger("io.netty.channel").warn("other");
        context.getLogger("weft.proxy").warn("ours");
        assertEquals(3, seen.list.size());
    }

    @Test
    void theProxysLogIsBounded() throws Exception {
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(DnsLogBound.class.getResource("/weft/proxy/logback.xml"));
        context.getLogger(Logger.ROOT_LOGGER_NAME).detachAppender("out");
        listen();
        flood(100);
        assertEquals(DnsLogBound.LINES, seen.list.size());
    }

    private void listen() {
        seen.start();
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(seen);
    }

    /** As Netty does: it asks for the level first. */
    private void flood(int warnings) {
        for (int i = 0; i < warnings; i++) {
            assertTrue(netty.isWarnEnabled());
            netty.warn("mismatching {}", i);
        }
    }
}
