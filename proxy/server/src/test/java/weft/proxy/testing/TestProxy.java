package weft.proxy.testing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import weft.proxy.dns.DnsResolver;
import weft.proxy.health.SharedHealth;
import weft.proxy.http1.Http1Limits;
import weft.proxy.loop.Workers;
import weft.proxy.overload.Overload;
import weft.proxy.overload.OverloadLimits;
import weft.proxy.server.ListenerAddress;
import weft.proxy.server.ProxyServer;
import weft.proxy.server.Timeouts;
import weft.proxy.tcp.TcpConnections;
import weft.routing.snapshot.ProxySnapshot;

/** A proxy on free ports of the loopback interface, with its access log. Thread-safe. */
public final class TestProxy implements AutoCloseable {
    private static final long SEED = 20_261_122;
    private static final DnsResolver.Settings SYSTEM = DnsResolver.Settings.system(null);

    private final RecordingAccessLog log = new RecordingAccessLog();
    private final ProxyServer server;

    public TestProxy(ProxySnapshot first) {
        this(first, 2);
    }

    public TestProxy(ProxySnapshot first, int threads) {
        this(first, threads, TcpConnections.HELLO_TIMEOUT_MILLIS);
    }

    public TestProxy(ProxySnapshot first, SharedHealth sharedHealth) {
        this(first, 2, Timeouts.DEFAULT, new Overload(OverloadLimits.NONE), sharedHealth, SYSTEM);
    }

    /** @param names where addresses of host names come from */
    public TestProxy(ProxySnapshot first, DnsResolver.Settings names) {
        this(first, 2, Timeouts.DEFAULT, new Overload(OverloadLimits.NONE), SharedHealth.NONE, names);
    }

    /** @param timeouts how long clients are waited for */
    public TestProxy(ProxySnapshot first, Timeouts timeouts) {
        this(first, 2, timeouts, new Overload(OverloadLimits.NONE), SharedHealth.NONE, SYSTEM);
    }

    public TestProxy(ProxySnapshot first, int threads, long helloTimeoutMillis) {
        this(first, threads, helloTimeoutMillis, new Overload(OverloadLimits.NONE));
    }

    /** @param overload decides what is turned away */
    public TestProxy(ProxySnapshot first, int threads, long helloTimeoutMillis, Overload overload) {
        this(first, threads, new Timeouts(helloTimeoutMillis, 0), overload, SharedHealth.NONE, SYSTEM);
    }

    private TestProxy(
            ProxySnapshot first,
            int threads,
            Timeouts timeouts,
            Overload overload,
            SharedHealth sharedHealth,
            DnsResolver.Settings names) {
        server = ProxyServer.start(
                first.identity(),
                Workers.start(threads, SEED),
                new ListenerAddress("127.0.0.1", Map.of()),
                Http1Limits.DEFAULT,
                log,
                timeouts,
                overload,
                sharedHealth,
                names);
        server.installer().install(first);
    }

    public ProxyServer server() {
        return server;
    }

    public RecordingAccessLog log() {
        return log;
    }

    public int port() {
        InetSocketAddress address = server.addresses().get(Snapshots.LISTENER);
        if (address == null) {
            throw new AssertionError(server.bindFailures());
        }
        return address.getPort();
    }

    public TestClient client() throws IOException {
        return new TestClient(port());
    }

    @Override
    public void close() {
        server.close();
    }
}
