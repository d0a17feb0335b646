package weft.proxy.upstream;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import weft.proxy.loop.Worker;
import weft.routing.cluster.ConnectionPoolSettings;
import weft.routing.cluster.Endpoint;
import weft.routing.cluster.LoadBalancing;

/**
 * What outlives one version of a cluster: its limits and its endpoints with their pools. Thread-safe.
 *
 * <p>Limits are per proxy, shared by all event loops, as in Istio. It serves as long as the cluster's pool settings stay
 * equal; endpoints come and go inside it.
 */
final class ClusterState {
    /**
     * Copies of requests in flight, per cluster: each holds up to 64 KiB and a connection for up to a minute, and a mirror that
     * has stopped answering must cost neither the memory nor the descriptors that real requests need.
     */
    private static final int MAX_SHADOWS = 512;

    private final ConnectionPoolSettings settings;
    private final UpstreamConnector connector;
    private final List<Worker> workers;
    private final Limit connections;
    private final Limit pending;
    private final Limit requests;
    private final RetryLimit retries;
    private final Limit shadows = new Limit(MAX_SHADOWS);
    private final RequestCounts requestCounts = new RequestCounts();
    private final HealthVersion health = new HealthVersion();
    private final ConnectionCounts counts = new ConnectionCounts();
    private final Map<InetSocketAddress, EndpointState> known = new HashMap<>();
    /* Under the lock. */
    private @Nullable OutlierDetector outliers;

    /** One configured endpoint and an address it resolved to. */
    record Resolved(Endpoint endpoint, InetSocketAddress address) {}

    ClusterState(
            ConnectionPoolSettings settings,
            UpstreamConnector connector,
            List<Worker> workers,
            LongSupplier nanoClock) {
        this.settings = settings;
        this.connector = connector;
        this.workers = workers;
        connections = new Limit(settings.maxConnections());
        pending = new Limit(settings.maxPendingRequests());
        requests = new Limit(settings.maxRequests(), settings.retryBudget() != null);
        retries = new RetryLimit(settings, requests, nanoClock);
    }

    /** From now on this judges the endpoints, those to come and those there are; null for nothing. */
    synchronized void detectOutliers(@Nullable OutlierDetector detector) {
        if (detector != outliers) {
            outliers = detector;
            known.values().forEach(state -> state.watch(detector));
        }
    }

    synchronized @Nullable OutlierDetector outliers() {
        return outliers;
    }

    /**
     * These endpoints as a set to pick from; those known already bring their pools, load and health. An address counts
     * once, as in Envoy, the first time it is named.
     *
     * @param previous the set in service; it is the result when nothing differs
     */
    synchronized EndpointSet setOf(List<Resolved> endpoints, LoadBalancing balancing, EndpointSet previous) {
        Set<EndpointState> states = new LinkedHashSet<>();
        for (Resolved resolved : endpoints) {
            EndpointState state = known.get(resolved.address());
            if (state == null) {
                state = endpoint(resolved);
                known.put(resolved.address(), state);
                states.add(state);
            } else if (states.add(state)) {
                state.configured(resolved.endpoint());
            }
        }
        EndpointSet next = new EndpointSet(List.copyOf(states), balancing, health, workers.size(), previous);
        return next.isLike(previous) ? previous : next;
    }

    private EndpointState endpoint(Resolved resolved) {
        EndpointState state = new EndpointState(resolved.endpoint(), resolved.address(), this, workers);
        state.watch(outliers);
        return state;
    }

    /** Forgets all endpoints but these: their idle connections close, requests in flight end as they would. */
    synchronized void retireAllBut(EndpointSet kept) {
        Set<EndpointState> staying = new HashSet<>(kept.all());
        known.values().removeIf(state -> {
            boolean isGone = !staying.contains(state);
            if (isGone) {
                state.retire();
            }
            return isGone;
        });
    }

    ConnectionPoolSettings settings() {
        return settings;
    }

    UpstreamConnector connector() {
        return connector;
    }

    Limit connections() {
        return connections;
    }

    Limit pending() {
        return pending;
    }

    Limit requests() {
        return requests;
    }

    RetryLimit retries() {
        return retries;
    }

    HealthVersion health() {
        return health;
    }

    Limit shadows() {
        return shadows;
    }

    ConnectionCounts counts() {
        return counts;
    }

    RequestCounts requestCounts() {
        return requestCounts;
    }
}
