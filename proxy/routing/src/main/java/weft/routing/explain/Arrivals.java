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
    private final NamedServices services;

    Arrivals(ProxySnapshot snapshot) {
        this.snapshot = snapshot;
        this.services = new NamedServices(snapshot);
    }

    Arrival of(Call call) {
        return snapshot.identity().mode() == Mode.GATEWAY ? atGateway(call) : fromWorkload(call);
    }

    private static int schemePort(Call call) {
        return "https".equals(call.scheme()) ? HTTPS_PORT : HTTP_PORT;
    }

    /**
     * The port stated, else that of the authority, else that of the scheme, else the only one: a client may name in its
     * authority the port of a load balancer in front.
     */
    private Arrival atGateway(Call call) {
        List<Listener> listeners = new ArrayList<>();
        for (Listener listener : snapshot.listeners()) {
            if (listener.direction() == Direction.GATEWAY) {
                listeners.add(listener);
            }
        }
        int named = Authority.port(call.authority(), schemePort(call));
        Arrival stated = on(listeners, call.port() != 0 ? call.port() : named, call, "");
        if (stated != null) {
            return stated;
        }
        if (call.port() == 0) {
            Arrival usual = on(listeners, schemePort(call), call, "taken as sent to port " + schemePort(call));
            if (usual != null) {
                return usual;
            }
            if (listeners.size() == 1) {
                int port = listeners.get(0).port();
                return arrive(listeners.get(0), call, port, "taken as sent to the only port of the gateway, " + port);
            }
        }
        return Arrival.nowhere(nobody(call.port() != 0 ? call.port() : named, listeners));
    }

    private @Nullable Arrival on(List<Listener> listeners, int port, Call call, String note) {
        for (Listener listener : listeners) {
            if (listener.port() == port) {
                return arrive(listener, call, port, note);
            }
        }
        for (Listener listener : listeners) {
            if (stands(listener, port)) {
                return arrive(
                        listener, call, port, "port " + port + " leads to " + listener.port() + " of the gateway");
            }
        }
        return null;
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
    private Arrival fromWorkload(Call call) {
        int port = call.port() != 0 ? call.port() : Authority.port(call.authority(), 0);
        String note = "";
        if (port == 0) {
            int only = "https".equals(call.scheme()) ? 0 : services.onlyHttpPort(call.authority());
            port = only != 0 ? only : schemePort(call);
            note = only != 0 ? "taken as sent to the only HTTP port of the service, " + only : "";
        }
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
                return onChain(outbound, chain, scheme, port, note);
            }
        }
        return Arrival.http(outbound, outbound.routes(port), scheme, port, note);
    }

    private @Nullable FilterChain chain(Listener listener, Call call, int port, boolean isTls) {
        String name = isTls ? Authority.host(call.authority()) : null;
        return new FilterChains(listener.filterChains()).select(services.address(call.authority()), port, name, isTls);
    }
}
