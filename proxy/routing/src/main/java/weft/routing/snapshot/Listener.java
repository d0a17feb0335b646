package weft.routing.snapshot;

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
 */
public record Listener(
        String name, String address, int port, Direction direction, Map<Integer, RouteTable> routesByPort) {
    public static final int ANY_PORT = 0;

    /** Which way the traffic of a listener flows, seen from the workload. */
    public enum Direction {
        GATEWAY,
        OUTBOUND,
        INBOUND
    }

    public Listener {
        routesByPort = Map.copyOf(routesByPort);
    }

    /** The table for this authority port, or null when nothing is known about that port. */
    public @Nullable RouteTable routes(int authorityPort) {
        RouteTable table = routesByPort.get(authorityPort);
        return table != null ? table : routesByPort.get(ANY_PORT);
    }
}
