package weft.proxy.server;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import weft.proxy.exchange.DataPlane;
import weft.proxy.exchange.ServingSnapshot;
import weft.proxy.ratelimit.RateLimiters;
import weft.proxy.server.Listeners.BindFailure;
import weft.proxy.upstream.Clusters;
import weft.proxy.upstream.Draining;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.NetworkFilter.TcpProxy;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleRejection;

/**
 * Puts a compiled snapshot into service. Confined to the rule-loader thread.
 *
 * <p>New listeners and clusters are made first, then one volatile write switches all event loops over, then what only the
 * old snapshot used ends gracefully: no request meets a half-changed proxy.
 */
public final class SnapshotInstaller implements AutoCloseable {
    /** How soon a listener that could not be bound is tried again. */
    private static final long BIND_RETRY_SECONDS = 5;

    private final DataPlane dataPlane;
    private final Listeners listeners;
    private final Clusters clusters;
    private final RateLimiters rateLimiters;
    private final ScheduledThreadPoolExecutor retries;

    SnapshotInstaller(DataPlane dataPlane, Listeners listeners, Clusters clusters, RateLimiters rateLimiters) {
        this.rateLimiters = rateLimiters;
        this.dataPlane = dataPlane;
        this.listeners = listeners;
        this.clusters = clusters;
        retries = new ScheduledThreadPoolExecutor(1, new DefaultThreadFactory("listener-retry", true));
        retries.scheduleWithFixedDelay(this::retryBinds, BIND_RETRY_SECONDS, BIND_RETRY_SECONDS, TimeUnit.SECONDS);
    }

    /**
     * Returns when every event loop serves the snapshot.
     *
     * @return the rules whose sockets could not be bound; that is tried again by and by
     */
    public List<RuleRejection> install(ProxySnapshot next) {
        ServingSnapshot serving =
                ServingSnapshot.of(next, clusters.prepare(next.clusters()), rateLimiters.prepare(next.rateLimits()));
        dataPlane.serve(serving);
        List<Listener> wanted =
                next.listeners().stream().filter(SnapshotInstaller::isServed).toList();
        listeners.open(wanted);
        listeners.closeOthers(wanted);
        if (!listeners.failures().isEmpty()) {
            // A port may just have been freed by a listener that went.
            listeners.open(wanted);
        }
        clusters.retireOld();
        return BindRejections.of(next, listeners.failures());
    }

    /** From now on these workloads get requests only where nobody else serves. */
    public void draining(Draining workloads) {
        clusters.draining(workloads);
    }

    /** Whether the proxy can serve anything of it: plain HTTP, or bytes as they are. */
    private static boolean isServed(Listener listener) {
        return listener.speaksHttp()
                || listener.filterChains().stream()
                        .anyMatch(chain -> chain.tls() == null && chain.filter() instanceof TcpProxy);
    }

    /** Why listeners of the snapshot in service are not served, one line each. */
    public List<String> bindFailures() {
        return listeners.failures().stream().map(BindFailure::text).toList();
    }

    private void retryBinds() {
        if (!listeners.failures().isEmpty()) {
            listeners.open(dataPlane.serving().rules().listeners().stream()
                    .filter(SnapshotInstaller::isServed)
                    .toList());
        }
    }

    @Override
    public void close() {
        retries.shutdownNow();
    }
}
