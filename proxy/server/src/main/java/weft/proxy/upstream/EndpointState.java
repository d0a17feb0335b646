package weft.proxy.upstream;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import weft.proxy.loop.Worker;
import weft.routing.cluster.Endpoint;

/**
 * One endpoint of one cluster at run time: its resolved address, its load and a connection pool per event loop.
 * Thread-safe.
 */
public final class EndpointState {
    private final InetSocketAddress address;
    private final String hostPort;
    /* Written by whoever makes sets of endpoints; the address in it never changes. */
    private volatile Endpoint endpoint;
    /* Under the lock of the cluster's state. */
    private Endpoint source;
    private volatile long warmSinceNanos;
    private final ClusterState cluster;
    private final ConnectionCounts clusterCounts;
    private final HealthVersion health;
    private final List<Worker> workers;
    /* Each pool is touched by the event loop of its position only; the array is never written after construction. */
    private final ConnectionPool[] pools;
    /* Bits of Unhealthy; written by anyone who watches over health, read by whoever selects hosts. */
    private final AtomicInteger marks = new AtomicInteger();
    private final AtomicInteger activeRequests = new AtomicInteger();
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong connects = new AtomicLong();
    private final AtomicLong connectFailures = new AtomicLong();
    private final AtomicInteger openConnections = new AtomicInteger();
    private final AtomicLong errors = new AtomicLong();
    private final AtomicLong timeouts = new AtomicLong();
    private final OutlierDetector.Ejectable ejectable = is -> mark(Unhealthy.EJECTED, is);
    /* Written by the rule-loader thread and by retire, under the cluster's lock; read by event loops. */
    private volatile @Nullable OutlierMonitor outlier;

    EndpointState(Endpoint endpoint, InetSocketAddress address, ClusterState cluster, List<Worker> workers) {
        this.address = address;
        this.hostPort = Addresses.hostPort(address);
        this.source = endpoint;
        this.endpoint = resolved(endpoint, address);
        this.warmSinceNanos = nanos(workers);
        this.cluster = cluster;
        this.clusterCounts = cluster.counts();
        this.health = cluster.health();
        this.workers = workers;
        this.pools = new ConnectionPool[workers.size()];
        for (Worker worker : workers) {
            pools[worker.index()] = new ConnectionPool(worker, this, cluster);
        }
    }

    private static Endpoint resolved(Endpoint endpoint, InetSocketAddress address) {
        return new Endpoint(
                Addresses.ip(address),
                address.getPort(),
                endpoint.weight(),
                endpoint.labels(),
                endpoint.locality(),
                endpoint.workload());
    }

    private static long nanos(List<Worker> workers) {
        return workers.isEmpty() ? 0 : workers.get(0).clock().nanos();
    }

    /** Takes over weight, labels and locality from a newer configuration of the same address. */
    void configured(Endpoint newer) {
        if (!newer.equals(source)) {
            source = newer;
            endpoint = resolved(newer, address);
        }
    }

    /** When it came into service, or passed its health check again: its warm-up begins then. */
    long warmSinceNanos() {
        return warmSinceNanos;
    }

    /** As configured, with the resolved IP address in place of a host name. */
    public Endpoint endpoint() {
        return endpoint;
    }

    public InetSocketAddress address() {
        return address;
    }

    public String hostPort() {
        return hostPort;
    }

    /** The pool of the calling worker. */
    public ConnectionPool pool(Worker worker) {
        return pools[worker.index()];
    }

    /**
     * Notes, or takes back, one reason not to pick this endpoint. From then on no pick is made without regard to it.
     * Marking what is marked already does nothing.
     */
    public void mark(Unhealthy why, boolean is) {
        int bit = why.bit();
        int before = is
                ? marks.getAndAccumulate(bit, (all, one) -> all | one)
                : marks.getAndAccumulate(bit, (all, one) -> all & ~one);
        if (((before & bit) != 0) != is) {
            if (why == Unhealthy.FAILED_CHECK && !is) {
                warmSinceNanos = nanos(workers);
            }
            health.changed();
        }
    }

    public boolean is(Unhealthy why) {
        return (marks.get() & why.bit()) != 0;
    }

    /** Bits of what speaks against picking it. */
    int marks() {
        return marks.get();
    }

    /** Whether nothing speaks against picking it. */
    public boolean isHealthy() {
        return marks.get() == 0;
    }

    public void requestStarted() {
        activeRequests.incrementAndGet();
        requests.incrementAndGet();
    }

    public void requestEnded() {
        activeRequests.decrementAndGet();
    }

    public int activeRequests() {
        return activeRequests.get();
    }

    public long requests() {
        return requests.get();
    }

    public long connects() {
        return connects.get();
    }

    public long connectFailures() {
        return connectFailures.get();
    }

    public int openConnections() {
        return openConnections.get();
    }

    /** Has failures judged by this detector from now on, and by no other; null for by none. */
    void watch(@Nullable OutlierDetector detector) {
        OutlierMonitor before = outlier;
        if (before != null) {
            before.forget(ejectable);
        }
        mark(Unhealthy.EJECTED, false);
        outlier = detector == null ? null : detector.watch(hostPort, ejectable);
    }

    /** Whether anyone wants to know more of answers than that they came. */
    public boolean isWatched() {
        return outlier != null;
    }

    /** It answered; the status of a gRPC answer as the HTTP status that means the same. */
    public void answered(int status) {
        if (status >= 500) {
            errors.incrementAndGet();
        }
        OutlierMonitor monitor = outlier;
        if (monitor != null) {
            monitor.answered(status);
        }
    }

    /** A health check passed: as in Envoy that ends an ejection. */
    public void passedCheck() {
        OutlierMonitor monitor = outlier;
        if (monitor != null && monitor.isEjected()) {
            monitor.passedCheck();
        }
    }

    /** A connection can take a request. */
    public void connected() {
        OutlierMonitor monitor = outlier;
        if (monitor != null) {
            monitor.connected();
        }
    }

    /** A connection is there, and nothing of what it carries will be judged. */
    void connectedFinally() {
        OutlierMonitor monitor = outlier;
        if (monitor != null) {
            monitor.connectedFinally();
        }
    }

    /** A request, or a connection as a whole, broke off before it was through. */
    public void failed() {
        errors.incrementAndGet();
        OutlierMonitor monitor = outlier;
        if (monitor != null) {
            monitor.failed();
        }
    }

    /** No connection, or no answer, in time. */
    public void timedOut() {
        timeouts.incrementAndGet();
        OutlierMonitor monitor = outlier;
        if (monitor != null) {
            monitor.timedOut();
        }
    }

    /** Requests answered with a 5xx or broken off. */
    public long errors() {
        return errors.get();
    }

    /** Requests without an answer in time. */
    public long timeouts() {
        return timeouts.get();
    }

    /** The cluster has other pool settings: its pools obey them from now on, whatever else is known of it stays. */
    void renewPools() {
        ClusterLimits next = cluster.limits();
        for (Worker worker : workers) {
            worker.eventLoop().execute(() -> pools[worker.index()].renew(next));
        }
    }

    /** Closes what is idle on every loop; requests in flight end as they would. */
    void retire() {
        watch(null);
        for (Worker worker : workers) {
            worker.eventLoop().execute(pools[worker.index()]::retire);
        }
    }

    void countConnect() {
        connects.incrementAndGet();
        clusterCounts.begun();
    }

    void countConnectFailure() {
        connectFailures.incrementAndGet();
        clusterCounts.failedToConnect();
    }

    void countOpened() {
        openConnections.incrementAndGet();
    }

    void countClosed() {
        openConnections.decrementAndGet();
        clusterCounts.closed();
    }
}
