package weft.proxy.upstream;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weft.proxy.upstream.ClusterState.Resolved;
import weft.routing.cluster.Cluster.Discovery;
import weft.routing.cluster.Endpoint;

/**
 * Keeps the endpoints of one DNS cluster up to date. Thread-safe.
 *
 * <p>STRICT_DNS takes every address of every name, LOGICAL_DNS the first of each. A name that does not resolve keeps the
 * addresses it had.
 */
final class DnsDiscovery {
    private static final Logger LOG = LoggerFactory.getLogger(DnsDiscovery.class);

    /** Istio's dnsRefreshRate. */
    private static final long REFRESH_SECONDS = 60;

    /** A name that did not resolve is asked for again this soon. */
    private static final long RETRY_SECONDS = 5;

    /** Names answered with thousands of addresses must not make thousands of pools. */
    private static final int MAX_ADDRESSES_PER_NAME = 256;

    private final ClusterRuntime cluster;
    private final HostResolver resolver;
    private final ScheduledExecutorService scheduler;
    private final List<List<InetAddress>> lastGood = new ArrayList<>();
    private volatile boolean isStopped;
    private volatile boolean hasFailed;

    DnsDiscovery(ClusterRuntime cluster, HostResolver resolver, ScheduledExecutorService scheduler) {
        this.cluster = cluster;
        this.resolver = resolver;
        this.scheduler = scheduler;
        cluster.cluster().endpoints().forEach(endpoint -> lastGood.add(List.of()));
    }

    /** Completes when every name was resolved or failed to be, and new addresses were probed if they are; goes on by itself until stopped. */
    CompletableFuture<?> start() {
        hasFailed = false;
        List<Endpoint> endpoints = cluster.cluster().endpoints();
        CompletableFuture<?>[] lookups = new CompletableFuture<?>[endpoints.size()];
        for (int i = 0; i < lookups.length; i++) {
            lookups[i] = lookUp(i, endpoints.get(i).address());
        }
        return CompletableFuture.allOf(lookups).thenCompose(done -> update());
    }

    void stop() {
        isStopped = true;
    }

    private CompletableFuture<?> lookUp(int position, String host) {
        InetSocketAddress literal = HostResolver.literal(host, 0);
        CompletableFuture<List<InetAddress>> lookup = literal != null
                ? CompletableFuture.completedFuture(List.of(literal.getAddress()))
                : resolver.resolve(host);
        return lookup.handle((addresses, failure) -> {
            if (failure != null) {
                hasFailed = true;
                LOG.warn(
                        "name did not resolve cluster={} host={}",
                        cluster.cluster().name(),
                        host);
            } else {
                take(position, addresses);
            }
            return null;
        });
    }

    private synchronized void take(int position, List<InetAddress> addresses) {
        int max = cluster.cluster().discovery() == Discovery.LOGICAL_DNS ? 1 : MAX_ADDRESSES_PER_NAME;
        if (!addresses.isEmpty()) {
            lastGood.set(position, addresses.subList(0, Math.min(max, addresses.size())));
        }
    }

    private synchronized CompletableFuture<?> update() {
        CompletableFuture<?> probed = CompletableFuture.completedFuture(null);
        if (isStopped) {
            return probed;
        }
        List<Resolved> resolved = new ArrayList<>();
        List<Endpoint> endpoints = cluster.cluster().endpoints();
        for (int i = 0; i < endpoints.size(); i++) {
            for (InetAddress address : lastGood.get(i)) {
                resolved.add(new Resolved(
                        endpoints.get(i),
                        new InetSocketAddress(address, endpoints.get(i).port())));
            }
        }
        if (!resolved.isEmpty()) {
            probed = cluster.endpoints(resolved);
        }
        scheduler.schedule(this::start, hasFailed ? RETRY_SECONDS : REFRESH_SECONDS, TimeUnit.SECONDS);
        return probed;
    }
}
