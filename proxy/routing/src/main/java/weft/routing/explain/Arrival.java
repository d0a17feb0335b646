package weft.routing.explain;

import org.jspecify.annotations.Nullable;
import weft.routing.route.RouteTable;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.NetworkFilter.TcpProxy;

/**
 * Where a call arrives on a proxy. Immutable.
 *
 * @param listener or null when nothing listens there
 * @param table that routes it, or null when it is not read as HTTP
 * @param connection that takes it as a whole, unread; or null
 * @param scheme the proxy sees
 * @param port of the service that was addressed
 * @param note on how the place was found, empty for nothing unusual
 */
record Arrival(
        @Nullable Listener listener,
        @Nullable RouteTable table,
        @Nullable TcpProxy connection,
        String scheme,
        int port,
        String note) {

    static Arrival nowhere(String note) {
        return new Arrival(null, null, null, "http", 0, note);
    }

    static Arrival http(Listener listener, @Nullable RouteTable table, String scheme, int port, String note) {
        return new Arrival(listener, table, null, scheme, port, note);
    }

    static Arrival connection(Listener listener, TcpProxy proxy, int port, String note) {
        return new Arrival(listener, null, proxy, "", port, note);
    }
}
