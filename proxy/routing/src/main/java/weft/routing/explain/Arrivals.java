package weft.routing.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import weft.routing.http.Authority;
import weft.routing.route.RouteTable;
import weft.routing.route.VirtualHost;
import weft.routing.snapshot.FilterChain;
import weft.routing.snapshot.FilterChains;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.Listener.Direction;
import weft.routing.snapshot.NetworkFilter.HttpConnectionManager;
import weft.routing.snapshot.NetworkFilter.TcpProxy;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxySnapshot;

/** Finds the listener, and on it the route table or filter chain, that a call arrives at. Immutable. */
final class Arrivals {
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    private final ProxySnapshot snapshot;
    private final ServiceAddresses addresses;

    Arrivals(ProxySnapshot snapshot) {
        this.snapshot = snapshot;
        this.addresses = new ServiceAddresses(snapshot);
    }

    Arrival of(Call call) {
        int stated = call.port() != 0 ? call.port() : Authority.port(call.authority(), 0);
        int port = stated != 0 ? stated : "https".equals(call.scheme()) ? HTTPS_PORT : HTTP_PORT;
        return snapshot.identity().mode() == Mode.GATEWAY
                ? atGateway(call, port, stated != 0)
                : fromWorkload(call, port);
    }

    private Arrival atGateway(Call call, int port, boolean isStated) {
        List<Listener> listeners = new ArrayList<>();
        for (Listener listener : snapshot.listeners()) {
            if (listener.direction() == Direction.GATEWAY) {
                listeners.add(listener);
            }
        }
        for (Listener listener : listeners) {
            if (listener.port() == port) {
                return arrive(listener, call, port, "");
            }
        }
        for (Listener listener : listeners) {
            if (stands(listener, port)) {
                return arrive(
                        listener,
                        call,
                        listener.port(),
                        "port " + port + " leads to " + listener.port() + " of the gateway");
            }
        }
        if (!isStated && listeners.size() == 1) {
            Listener only = listeners.get(0);
            return arrive(only, call, only.port(), "no port was given: taken as sent to the only one, " + only.port());
        }
        return Arrival.nowhere(nobody(port, listeners));
    }

    /** Whether a listener was bound for this port of a Gateway, behind a service that leads elsewhere. */
    private static boolean stands(Listener listener, int port) {
        List<RouteTable> tables = new ArrayList<>(listener.routesByPort().values());
        for (FilterChain chain : listener.filterChains()) {
            if (chain.filter() instanceof HttpConnectionManager http) {
                tables.add(http.routes());
            }
        }
        for (RouteTable table : tables) {
            for (VirtualHost host : table.virtualHosts()) {
                if (host.name().endsWith(":" + port) && !host.routes().isEmpty()) {
                    return true;
                }
            }
        }
        return false;
    }

    private static String nobody(int port, List<Listener> listeners) {
        TreeSet<Integer> ports = new TreeSet<>();
        listeners.forEach(listener -> ports.add(listener.port()));
        return "nothing listens on port " + port
                + (ports.isEmpty() ? ", nor on any other" : " (there is: " + join(ports) + ")");
    }

    private static String join(TreeSet<Integer> ports) {
        return String.join(", ", ports.stream().map(String::valueOf).toList());
    }

    private Arrival arrive(Listener listener, Call call, int port, String note) {
        boolean hasTls =
                listener.filterChains().stream().anyMatch(chain -> chain.match().tls());
        String scheme = call.scheme() != null ? call.scheme() : hasTls && !listener.speaksHttp() ? "https" : "http";
        boolean isTls = scheme.equals("https") && (hasTls || !listener.speaksHttp());
        if (!isTls && listener.speaksHttp()) {
            return Arrival.http(listener, listener.routes(port), scheme, port, note);
        }
        return onChain(listener, chain(listener, call, port, isTls), scheme, port, note);
    }

    private static Arrival onChain(
            Listener listener, @Nullable FilterChain chain, String scheme, int port, String note) {
        if (chain != null && chain.filter() instanceof HttpConnectionManager http) {
            return Arrival.http(listener, http.routes(), scheme, port, note);
        }
        if (chain != null && chain.filter() instanceof TcpProxy proxy) {
            return Arrival.connection(listener, proxy, port, note);
        }
        return new Arrival(listener, null, null, scheme, port, note);
    }

    /** A port with HTTP is read as such; what else is there, and TLS, is told apart by address and server name. */
    private Arrival fromWorkload(Call call, int port) {
        Listener outbound = null;
        for (Listener listener : snapshot.listeners()) {
            if (listener.direction() == Direction.OUTBOUND) {
                outbound = listener;
            }
        }
        if (outbound == null) {
            return Arrival.nowhere("this sidecar takes no outgoing requests");
        }
        String scheme = call.scheme() == null ? "http" : call.scheme();
        boolean isHttpPort = outbound.routesByPort().containsKey(port);
        if (!isHttpPort) {
            FilterChain chain = chain(outbound, call, port, scheme.equals("https"));
            if (chain != null && (scheme.equals("https") || chain.match().destinationPort() == port)) {
                return onChain(outbound, chain, scheme, port, "");
            }
        }
        return Arrival.http(outbound, outbound.routes(port), scheme, port, "");
    }

    private @Nullable FilterChain chain(Listener listener, Call call, int port, boolean isTls) {
        String name = isTls ? Authority.host(call.authority()) : null;
        return new FilterChains(listener.filterChains()).select(addresses.of(call.authority()), port, name, isTls);
    }
}
