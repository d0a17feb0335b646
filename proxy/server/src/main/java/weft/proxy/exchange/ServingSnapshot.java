package weft.proxy.exchange;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import weft.proxy.ratelimit.RateLimitFilter;
import weft.proxy.upstream.ClusterRuntime;
import weft.routing.route.RouteTable;
import weft.routing.snapshot.FilterChains;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.ProxySnapshot;

/** A snapshot with the cluster runtimes that belong to it, so that a request sees one whole version. Thread-safe. */
public final class ServingSnapshot {
    private static final String PASSTHROUGH_CLUSTER = "PassthroughCluster";

    private final ProxySnapshot rules;
    private final Map<String, Listener> listeners;
    private final Map<String, ClusterRuntime> clusters;
    private final RateLimitFilter rateLimits;
    /* Made by the first connection that asks: what an event loop puts there would be equal from any other. */
    private final Map<String, FilterChains> filterChains = new ConcurrentHashMap<>();

    private ServingSnapshot(
            ProxySnapshot rules,
            Map<String, Listener> listeners,
            Map<String, ClusterRuntime> clusters,
            RateLimitFilter rateLimits) {
        this.rateLimits = rateLimits;
        this.rules = rules;
        this.listeners = listeners;
        this.clusters = clusters;
    }

    /** @param clusters a runtime for each cluster of the snapshot; never changed any more */
    public static ServingSnapshot of(ProxySnapshot rules, Map<String, ClusterRuntime> clusters) {
        return of(rules, clusters, RateLimitFilter.NONE);
    }

    /** @param rateLimits those of the snapshot, with what is used of them */
    public static ServingSnapshot of(
            ProxySnapshot rules, Map<String, ClusterRuntime> clusters, RateLimitFilter rateLimits) {
        Map<String, Listener> listeners = new HashMap<>();
        for (Listener listener : rules.listeners()) {
            listeners.put(listener.name(), listener);
        }
        return new ServingSnapshot(rules, Map.copyOf(listeners), clusters, rateLimits);
    }

    public ProxySnapshot rules() {
        return rules;
    }

    public @Nullable Listener listener(String name) {
        return listeners.get(name);
    }

    /** The filter chains of one of its listeners. */
    public FilterChains filterChains(Listener listener) {
        return filterChains.computeIfAbsent(listener.name(), name -> new FilterChains(listener.filterChains()));
    }

    RateLimitFilter rateLimits() {
        return rateLimits;
    }

    /** By xDS name. */
    public Map<String, ClusterRuntime> clusters() {
        return clusters;
    }

    @Nullable
    ClusterRuntime cluster(String name) {
        return clusters.get(name);
    }

    /** Where requests to unknown ports go, when the outbound policy allows them; else null. */
    @Nullable
    ClusterRuntime passthrough(Listener listener) {
        return listener.direction() == Listener.Direction.OUTBOUND ? clusters.get(PASSTHROUGH_CLUSTER) : null;
    }

    /** A listener that answers 404 to everything, for a connection that outlived its own. */
    static Listener gone(String name) {
        return new Listener(
                name, "", 0, Listener.Direction.GATEWAY, Map.of(Listener.ANY_PORT, new RouteTable(List.of())));
    }
}
