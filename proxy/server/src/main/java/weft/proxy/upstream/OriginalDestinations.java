package weft.proxy.upstream;

import java.net.InetAddress;
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
 * <p>Each is resolved anew when its address has reached its time to live, and keeps that address while none is found out;
 * the least recently used go when there are too many.
 */
final class OriginalDestinations {
    /** A proxy that walks the web keeps so many destinations; each costs a pool per event loop. */
    private static final int MAX_DESTINATIONS = 1_024;

    /** An IP address stays what it is. */
    private static final long LITERAL_NANOS = TimeUnit.HOURS.toNanos(1);

    private final ClusterState state;
    private final List<Worker> workers;
    private final HostResolver resolver;
    private final Predicate<InetSocketAddress> isSelf;
    private final LinkedHashMap<String, Destination> byAuthority = new LinkedHashMap<>(16, 0.75f, true);

    private record Destination(EndpointState endpoint, long untilNanos) {}

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
            then.accept(remember(authority, host, List.of(literal.getAddress()), port, now + LITERAL_NANOS));
            return;
        }
        resolver.resolve(host)
                .whenComplete((found, failure) -> worker.eventLoop()
                        .execute(() -> then.accept(
                                failure != null || found.addresses().isEmpty()
                                        ? lastGood(authority)
                                        : remember(authority, host, found.addresses(), port, now + nanos(found)))));
    }

    private synchronized @Nullable EndpointState fresh(String authority, long now) {
        Destination known = byAuthority.get(authority);
        return known != null && known.untilNanos() - now > 0 ? known.endpoint() : null;
    }

    private synchronized @Nullable EndpointState lastGood(String authority) {
        Destination known = byAuthority.get(authority);
        return known == null ? null : known.endpoint();
    }

    private static long nanos(HostResolver.Resolution found) {
        return TimeUnit.MILLISECONDS.toNanos(found.refreshMillis());
    }

    private synchronized @Nullable EndpointState remember(
            String authority, String host, List<InetAddress> addresses, int port, long untilNanos) {
        Destination before = byAuthority.get(authority);
        InetSocketAddress address = new InetSocketAddress(addresses.get(0), port);
        // Answers come in another order each time: who is there still is not left for that.
        EndpointState endpoint = before != null
                        && before.endpoint().address().getPort() == port
                        && addresses.contains(before.endpoint().address().getAddress())
                ? before.endpoint()
                : null;
        if (endpoint == null) {
            if (isSelf.test(address)) {
                return null;
            }
            endpoint = new EndpointState(new Endpoint(host, port, 1, Map.of(), "", ""), address, state, workers);
        }
        byAuthority.put(authority, new Destination(endpoint, untilNanos));
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

    /** The cluster has other pool settings. */
    synchronized void renewPools() {
        byAuthority.values().forEach(destination -> destination.endpoint().renewPools());
    }

    synchronized void retire() {
        byAuthority.values().forEach(destination -> destination.endpoint().retire());
        byAuthority.clear();
    }
}
