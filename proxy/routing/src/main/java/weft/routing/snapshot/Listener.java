package weft.routing.snapshot;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.routing.route.RouteTable;

/**
 * One socket a proxy listens on, and the route tables behind it. Immutable.
 *
 * @param name as {@code 0.0.0.0_8080}
 * @param port port to bind
 * @param routesByPort one table per service port, picked by the port in the authority (default 80), for an outbound
 *     listener without captured destinations; the table under the key {@link #ANY_PORT} serves all other ports
 * @param filterChains for connections that are not plain HTTP of {@code routesByPort}; see {@link FilterChains#select}
 */
public record Listener(
        String name,
        String address,
        int port,
        Direction direction,
        Map<Integer, RouteTable> routesByPort,
        List<FilterChain> filterChains) {
    public static final int ANY_PORT = 0;

    /** Which way the traffic of a listener flows, seen from the workload. */
    public enum Direction {
        GATEWAY,
        OUTBOUND,
        INBOUND
    }

    public Listener {
        routesByPort = Map.copyOf(routesByPort);
        filterChains = List.copyOf(filterChains);
    }

    /** A listener of plain HTTP alone. */
    public Listener(String name, String address, int port, Direction direction, Map<Integer, RouteTable> routesByPort) {
        this(name, address, port, direction, routesByPort, List.of());
    }

    /** Whether plain HTTP may arrive here; without it the socket needs what serves its filter chains. */
    public boolean speaksHttp() {
        return !routesByPort.isEmpty();
    }

    /** The table for this authority port, or null when nothing is known about that port. */
    public @Nullable RouteTable routes(int authorityPort) {
        RouteTable table = routesByPort.get(authorityPort);
        return table != null ? table : routesByPort.get(ANY_PORT);
    }
}
