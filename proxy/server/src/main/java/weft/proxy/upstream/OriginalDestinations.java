package weft.proxy.upstream;

import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import weft.proxy.loop.Worker;
import weft.routing.cluster.Endpoint;
import weft.routing.http.Authority;

/**
 * Endpoints made on demand from the authority of requests to hosts outside the registry. Thread-safe.
 *
 * <p>Each is resolved anew once it is older than Istio's DNS refresh rate; the least recently used go when there are too
 * many.
 */
final class OriginalDestinations {
    /** A proxy that walks the web keeps so many destinations; each costs a pool per event loop. */
    private static final int MAX_DESTINATIONS = 1_024;

    private static final long REFRESH_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final ClusterState state;
    private final List<Worker> workers;
    private final HostResolver resolver;
    private final Predicate<InetSocketAddress> isSelf;
    private final LinkedHashMap<String, Destination> byAuthority = new LinkedHashMap<>(16, 0.75f, true);

    private record Destination(EndpointState endpoint, long resolvedNanos) {}

    /** @param isSelf whether an address is this proxy's own: going there again would never end */
    OriginalDestinations(
            ClusterState state, List<Worker> workers, HostResolver resolver, Predicate<InetSocketAddress> isSelf) {
        this.state = state;
        this.workers = workers;
        this.resolver = resolver;
        this.isSelf = isSelf;
    }

    void resolve(Worker worker, String authority, Consumer<@Nullable EndpointState> then) {
        long now = worker.clock().nanos();
        EndpointState known = fresh(authority, now);
        if (known != null) {
            then.accept(known);
            return;
        }
        String host = Authority.host(authority);
        int port = Authority.port(authority, 80);
        InetSocketAddress literal = HostResolver.literal(host, port);
        if (literal != null) {
            then.accept(remember(authority, host, literal, now));
            return;
        }
        resolver.resolve(host)
                .whenComplete((addresses, failure) -> worker.eventLoop()
                        .execute(() -> then.accept(
                                failure != null || addresses.isEmpty()
                                        ? lastGood(authority)
                                        : remember(
                                                authority, host, new InetSocketAddress(addresses.get(0), port), now))));
    }

    private synchronized @Nullable EndpointState fresh(String authority, long now) {
        Destination known = byAuthority.get(authority);
        return known != null && now - known.resolvedNanos() < REFRESH_NANOS ? known.endpoint() : null;
    }

    private synchronized @Nullable EndpointState lastGood(String authority) {
        Destination known = byAuthority.get(authority);
        return known == null ? null : known.endpoint();
    }

    private synchronized @Nullable EndpointState remember(
            String authority, String host, InetSocketAddress address, long now) {
        if (isSelf.test(address)) {
            return null;
        }
        Destination before = byAuthority.get(authority);
        EndpointState endpoint = before != null && before.endpoint().address().equals(address)
                ? before.endpoint()
                : new EndpointState(
                        new Endpoint(host, address.getPort(), 1, Map.of(), "", ""), address, state, workers);
        byAuthority.put(authority, new Destination(endpoint, now));
        if (before != null && before.endpoint() != endpoint) {
            before.endpoint().retire();
        }
        if (byAuthority.size() > MAX_DESTINATIONS) {
            var eldest = byAuthority.entrySet().iterator();
            eldest.next().getValue().endpoint().retire();
            eldest.remove();
        }
        return endpoint;
    }

    synchronized List<EndpointState> endpoints() {
        return byAuthority.values().stream().map(Destination::endpoint).toList();
    }

    synchronized void retire() {
        byAuthority.values().forEach(destination -> destination.endpoint().retire());
        byAuthority.clear();
    }
}
