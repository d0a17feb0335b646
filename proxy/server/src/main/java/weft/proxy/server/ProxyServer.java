package weft.proxy.server;

import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weft.proxy.dns.DnsResolver;
import weft.proxy.exchange.DataPlane;
import weft.proxy.exchange.ServingSnapshot;
import weft.proxy.health.HealthChecker;
import weft.proxy.health.SharedHealth;
import weft.proxy.http1.Http1Limits;
import weft.proxy.loop.Workers;
import weft.proxy.overload.Overload;
import weft.proxy.overload.OverloadLimits;
import weft.proxy.ratelimit.RateLimiters;
import weft.proxy.tcp.TcpConnections;
import weft.proxy.telemetry.AccessLog;
import weft.proxy.telemetry.MetricSource;
import weft.proxy.telemetry.TcpMetrics;
import weft.proxy.upstream.Clusters;
import weft.proxy.upstream.HostResolver;
import weft.proxy.upstream.Http1Connector;
import weft.proxy.upstream.TcpConnector;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxySnapshot;

/**
 * The data plane: event loops, listeners, clusters. Thread-safe, but for {@link #installer}, which the rule loader uses.
 *
 * <p>It serves nothing until a snapshot is installed, and needs no Kafka.
 */
public final class ProxyServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyServer.class);
    private static final long DRAIN_CHECK_MILLIS = 20;

    private final Workers workers;
    private final Overload overload;
    private final DataPlane dataPlane;
    private final TcpMetrics tcpMetrics;
    private final Connections connections;
    private final Listeners listeners;
    private final DnsResolver resolver;
    private final Http1Connector connector;
    private final HealthChecker health;
    private final Clusters clusters;
    private final RateLimiters rateLimiters = new RateLimiters(System::nanoTime, new SecureRandom()::nextLong);
    private final SnapshotInstaller installer;

    private ProxyServer(
            ProxyIdentity identity,
            Workers workers,
            ListenerAddress addresses,
            Http1Limits limits,
            AccessLog accessLog,
            Timeouts timeouts,
            Overload overload,
            SharedHealth sharedHealth,
            DnsResolver.Settings names) {
        this.workers = workers;
        this.overload = overload;
        ServingSnapshot nothing = ServingSnapshot.of(ProxySnapshot.empty(identity), Map.of());
        dataPlane = new DataPlane(nothing, accessLog, overload, timeouts.streamIdleMillis());
        tcpMetrics = new TcpMetrics(identity);
        TcpConnections tcp = new TcpConnections(
                dataPlane, new TcpConnector(workers.socketChannel()), tcpMetrics, timeouts.helloMillis());
        connections = new Connections(dataPlane, tcp, limits, workers, overload);
        listeners = new Listeners(workers, addresses, connections);
        resolver = new DnsResolver(names);
        connector = new Http1Connector(workers.socketChannel(), limits);
        health = new HealthChecker(connector, workers, sharedHealth);
        clusters = new Clusters(connector, workers, resolver, listeners::isSelf, health);
        installer = new SnapshotInstaller(dataPlane, listeners, clusters, rateLimiters);
    }

    /** Starts event loops; the server owns and stops them. Findings of health checks are shared with nobody. */
    public static ProxyServer start(
            ProxyIdentity identity,
            Workers workers,
            ListenerAddress addresses,
            Http1Limits limits,
            AccessLog accessLog) {
        return start(
                identity,
                workers,
                addresses,
                limits,
                accessLog,
                Timeouts.DEFAULT,
                new Overload(OverloadLimits.NONE),
                SharedHealth.NONE,
                DnsResolver.Settings.system(null));
    }

    /**
     * @param timeouts how long clients are waited for
     * @param overload decides what is turned away
     * @param sharedHealth where findings of shared health checks go
     * @param names where addresses of host names come from
     */
    public static ProxyServer start(
            ProxyIdentity identity,
            Workers workers,
            ListenerAddress addresses,
            Http1Limits limits,
            AccessLog accessLog,
            Timeouts timeouts,
            Overload overload,
            SharedHealth sharedHealth,
            DnsResolver.Settings names) {
        return new ProxyServer(
                identity, workers, addresses, limits, accessLog, timeouts, overload, sharedHealth, names);
    }

    public SnapshotInstaller installer() {
        return installer;
    }

    public DataPlane dataPlane() {
        return dataPlane;
    }

    /** What is counted of connections relayed as a whole. */
    public MetricSource tcpMetrics() {
        return tcpMetrics;
    }

    /** What probes of endpoints came to. */
    public MetricSource healthMetrics() {
        return health;
    }

    /** What is turned away, and how much of that was. */
    public Overload overload() {
        return overload;
    }

    /** What is used of the limits on requests. */
    public RateLimiters rateLimiters() {
        return rateLimiters;
    }

    /** How this proxy opens HTTP connections. */
    public Http1Connector connector() {
        return connector;
    }

    /** How this proxy looks up names. */
    public HostResolver resolver() {
        return resolver;
    }

    public Workers workers() {
        return workers;
    }

    public int connectionCount() {
        return connections.count();
    }

    /** Addresses bound, by listener name. */
    public Map<String, InetSocketAddress> addresses() {
        return listeners.addresses();
    }

    /** Why listeners of the snapshot in service are not served, one line each. */
    public List<String> bindFailures() {
        return installer.bindFailures();
    }

    /** From now on no connection is accepted, every response closes its connection, idle connections close. */
    public void stopAccepting() {
        dataPlane.drain();
        installer.close();
        listeners.closeAll();
        connections.drainAll();
    }

    /**
     * {@link #stopAccepting}, then waits until requests in flight have ended.
     *
     * @return whether all ended in time
     */
    public boolean drain(long timeoutMillis) throws InterruptedException {
        stopAccepting();
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        while (connections.count() > 0 && System.nanoTime() < deadline) {
            Thread.sleep(DRAIN_CHECK_MILLIS);
        }
        int left = connections.count();
        if (left > 0) {
            LOG.warn("drain bound reached connections={} requests={}", left, dataPlane.activeRequests());
        }
        return left == 0;
    }

    @Override
    public void close() {
        stopAccepting();
        connections.closeAll();
        clusters.close();
        health.close();
        resolver.close();
        workers.close();
    }
}
