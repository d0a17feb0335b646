package weft.proxy.upstream;

import java.net.InetSocketAddress;
import java.util.ArrayList;
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
 * What outlives one version of a cluster: its endpoints with their pools, load, age and health, and what is counted.
 * Thread-safe.
 *
 * <p>Endpoints come and go inside it. Other pool settings make connections anew, and nothing else.
 */
final class ClusterState {
    /**
     * Copies of requests in flight, per cluster: each holds up to 64 KiB and a connection for up to a minute, and a mirror that
     * has stopped answering must cost neither the memory nor the descriptors that real requests need.
     */
    private static final int MAX_SHADOWS = 512;

    private final UpstreamConnector connector;
    private final List<Worker> workers;
    private final LongSupplier nanoClock;
    private final Limit shadows = new Limit(MAX_SHADOWS);
    private final RequestCounts requestCounts = new RequestCounts();
    private final HealthVersion health = new HealthVersion();
    private final ConnectionCounts counts = new ConnectionCounts();
    private final Map<InetSocketAddress, EndpointState> known = new HashMap<>();
    /* Under the lock: the newest set, and those known that are not in it. */
    private EndpointSet latest = EndpointSet.EMPTY;
    private final Set<EndpointState> leaving = new HashSet<>();
    /* Under the lock. */
    private @Nullable OutlierDetector outliers;
    /* Written under the lock, read by anyone. */
    private volatile ClusterLimits limits;

    /** One configured endpoint and an address it resolved to. */
    record Resolved(Endpoint endpoint, InetSocketAddress address) {}

    ClusterState(
            ConnectionPoolSettings settings,
            UpstreamConnector connector,
            List<Worker> workers,
            LongSupplier nanoClock) {
        this.connector = connector;
        this.workers = workers;
        this.nanoClock = nanoClock;
        limits = ClusterLimits.of(settings, nanoClock);
    }

    /** From now on these settings hold, for pools to come and those there are; returns whether they are others. */
    synchronized boolean configured(ConnectionPoolSettings settings) {
        if (limits.settings().equals(settings)) {
            return false;
        }
        limits = limits.next(settings, nanoClock);
        known.values().forEach(EndpointState::renewPools);
        return true;
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
                states.add(made(resolved));
            } else if (states.add(state)) {
                state.configured(resolved.endpoint());
            }
        }
        EndpointState[] all = states.toArray(EndpointState[]::new);
        EndpointSet next = new EndpointSet(EndpointList.of(all), balancing, health, workers.size(), previous);
        leaving.clear();
        leaving.addAll(known.values());
        leaving.removeAll(states);
        latest = next.isLike(previous) ? previous : next;
        return latest;
    }

    /**
     * As {@link #setOf} of those whose addresses are IP addresses; others are left out. Where the list goes on from that of
     * the set in service, only what differs between the two is looked up.
     */
    synchronized EndpointSet setOfLiterals(List<Endpoint> endpoints, LoadBalancing balancing, EndpointSet previous) {
        EndpointList list = previous == latest ? continued(endpoints, previous.list()) : null;
        if (list == null) {
            List<Resolved> resolved = literals(endpoints);
            EndpointSet set = setOf(resolved, balancing, previous);
            if (set != previous && set.all().size() == endpoints.size()) {
                set.list().configured(endpoints);
            }
            return set;
        }
        EndpointSet next = new EndpointSet(list, balancing, health, workers.size(), previous);
        latest = next.isLike(previous) ? previous : next;
        return latest;
    }

    private static List<Resolved> literals(List<Endpoint> endpoints) {
        List<Resolved> resolved = new ArrayList<>(endpoints.size());
        for (Endpoint endpoint : endpoints) {
            InetSocketAddress address = HostResolver.literal(endpoint.address(), endpoint.port());
            if (address != null) {
                resolved.add(new Resolved(endpoint, address));
            }
        }
        return resolved;
    }

    /** The states of these, most of which are those before; null when that cannot be told by what differs alone. */
    private @Nullable EndpointList continued(List<Endpoint> endpoints, EndpointList before) {
        EndpointList.Span span = before.differing(endpoints);
        if (span == null) {
            return null;
        }
        Set<EndpointState> gone = new HashSet<>(before.states().subList(span.from(), span.toBefore()));
        Set<EndpointState> came = new LinkedHashSet<>();
        for (Resolved resolved : literals(endpoints.subList(span.from(), span.to()))) {
            EndpointState state = known.get(resolved.address());
            if (state == null) {
                state = made(resolved);
            } else if (!gone.contains(state) && !leaving.contains(state)) {
                return null; // named twice
            }
            state.configured(resolved.endpoint());
            came.add(state);
        }
        if (came.size() != span.to() - span.from()) {
            return null; // some are left out
        }
        leaving.addAll(gone);
        leaving.removeAll(came);
        return before.with(span, came.toArray(EndpointState[]::new), endpoints);
    }

    private EndpointState made(Resolved resolved) {
        EndpointState state = endpoint(resolved);
        known.put(resolved.address(), state);
        return state;
    }

    private EndpointState endpoint(Resolved resolved) {
        EndpointState state = new EndpointState(resolved.endpoint(), resolved.address(), this, workers);
        state.watch(outliers);
        return state;
    }

    /** Forgets all endpoints but these: their idle connections close, requests in flight end as they would. */
    synchronized void retireAllBut(EndpointSet kept) {
        if (kept != latest) {
            leaving.clear();
            leaving.addAll(known.values());
            kept.all().forEach(leaving::remove);
            latest = kept;
        }
        for (EndpointState state : leaving) {
            known.remove(state.address());
            state.retire();
        }
        leaving.clear();
    }

    ClusterLimits limits() {
        return limits;
    }

    UpstreamConnector connector() {
        return connector;
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
