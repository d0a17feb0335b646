package weft.proxy.upstream;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weft.proxy.upstream.ClusterState.Resolved;
import weft.proxy.upstream.HostResolver.Resolution;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.Cluster.Discovery;
import weft.routing.cluster.Endpoint;

/**
 * Keeps the endpoints of one DNS cluster up to date. Thread-safe.
 *
 * <p>Each name is asked for again when its answer has reached its time to live, see {@link DnsName} for what becomes of
 * answers. The order of addresses means nothing: who is there before and after is not touched.
 */
final class DnsDiscovery {
    private static final Logger LOG = LoggerFactory.getLogger(DnsDiscovery.class);

    /** A name that did not resolve is asked for again this soon, then each time twice as late, */
    private static final long RETRY_MILLIS = 1_000;
    /** up to this. */
    private static final long MAX_RETRY_MILLIS = 60_000;

    private static final int MAX_DOUBLINGS = 6;

    /** Lest all proxies ask at once, up to a tenth is added to each pause. */
    private static final int JITTER_SHARE = 10;

    /** Names answered within this time come into service together: a service of a thousand names is not made anew for each. */
    private static final long GATHER_MILLIS = 5;

    private final Cluster cluster;
    private final HostResolver resolver;
    private final OutlierDetector.Timer timer;
    private final RandomGenerator random;
    private final List<DnsName> names = new ArrayList<>();
    private volatile boolean isStopped;
    /* Under the lock. */
    private boolean isUpdateDue;

    /** @param before what goes on under other rules; null for nothing */
    DnsDiscovery(
            Cluster cluster,
            HostResolver resolver,
            OutlierDetector.Timer timer,
            RandomGenerator random,
            @Nullable DnsDiscovery before) {
        this.cluster = cluster;
        this.resolver = resolver;
        this.timer = timer;
        this.random = random;
        boolean isLogical = cluster.discovery() == Discovery.LOGICAL_DNS;
        for (Endpoint endpoint : cluster.endpoints()) {
            DnsName name = new DnsName(endpoint, isLogical);
            if (before != null) {
                name.goOnFrom(before.names);
            }
            names.add(name);
        }
    }

    /** Completes when every name was resolved or failed to be, and new addresses were probed if they are; goes on by itself until stopped. */
    CompletableFuture<?> start(ClusterRuntime runtime) {
        CompletableFuture<?>[] lookups = new CompletableFuture<?>[names.size()];
        for (int i = 0; i < lookups.length; i++) {
            lookups[i] = lookUp(runtime, names.get(i));
        }
        return CompletableFuture.allOf(lookups).thenCompose(done -> update(runtime));
    }

    void stop() {
        isStopped = true;
    }

    private CompletableFuture<?> lookUp(ClusterRuntime runtime, DnsName name) {
        if (isStopped || name.isLiteral()) {
            return CompletableFuture.completedFuture(null);
        }
        return resolver.resolve(name.host()).handle((found, failure) -> {
            take(runtime, name, found, failure);
            return null;
        });
    }

    private synchronized void take(
            ClusterRuntime runtime, DnsName name, @Nullable Resolution found, @Nullable Throwable failure) {
        if (isStopped) {
            return;
        }
        long pause;
        boolean hasChanged = false;
        if (found == null) {
            if (name.failures() == 0) {
                LOG.warn(
                        "name did not resolve cluster={} host={} kept={} error=\"{}\"",
                        cluster.name(),
                        name.host(),
                        name.addresses().size(),
                        failure == null ? "" : failure.getMessage());
            }
            long longest = Math.min(MAX_RETRY_MILLIS, RETRY_MILLIS << Math.min(MAX_DOUBLINGS, name.failures()));
            name.failed();
            pause = longest / 2 + random.nextLong(longest / 2 + 1);
        } else {
            hasChanged = name.take(found.addresses(), address -> isFailing(runtime, name, address));
            if (hasChanged && name.addresses().isEmpty()) {
                LOG.warn("name has no addresses any more cluster={} host={}", cluster.name(), name.host());
            }
            pause = found.refreshMillis() + random.nextLong(found.refreshMillis() / JITTER_SHARE + 1);
        }
        if (hasChanged && !isUpdateDue) {
            isUpdateDue = true;
            timer.schedule(() -> update(runtime), GATHER_MILLIS);
        }
        timer.schedule(() -> lookUp(runtime, name), pause);
    }

    /** Whether nobody gets through to the address of a name, though some try. */
    private static boolean isFailing(ClusterRuntime runtime, DnsName name, InetAddress address) {
        InetSocketAddress socket = name.socket(address);
        for (EndpointState state : runtime.endpoints()) {
            if (state.address().equals(socket)) {
                return !state.isHealthy() || (name.hasMore(state.connectFailures()) && state.openConnections() == 0);
            }
        }
        return false;
    }

    /** The addresses known, those of each name in order. */
    synchronized List<Resolved> resolved() {
        List<Resolved> resolved = new ArrayList<>();
        for (DnsName name : names) {
            for (InetAddress address : name.addresses()) {
                resolved.add(new Resolved(name.endpoint(), name.socket(address)));
            }
        }
        return resolved;
    }

    private CompletableFuture<?> update(ClusterRuntime runtime) {
        List<Resolved> resolved;
        synchronized (this) {
            isUpdateDue = false;
            if (isStopped) {
                return CompletableFuture.completedFuture(null);
            }
            resolved = resolved();
        }
        return runtime.endpoints(resolved);
    }
}
