package weft.proxy.tcp;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import weft.proxy.exchange.DataPlane;
import weft.proxy.exchange.ServingSnapshot;
import weft.proxy.telemetry.TcpMetrics;
import weft.proxy.upstream.TcpConnector;
import weft.routing.snapshot.FilterChain.Application;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.Listener.Direction;

/** Takes the connections of listeners with filter chains. Thread-safe. */
public final class TcpConnections {
    /** From the accepted connection to a whole TLS hello; Envoy's bound for its listener filters. */
    public static final long HELLO_TIMEOUT_MILLIS = 15_000;

    private final DataPlane dataPlane;
    private final TcpConnector connector;
    private final TcpMetrics metrics;
    private final long helloTimeoutMillis;

    public TcpConnections(DataPlane dataPlane, TcpConnector connector, TcpMetrics metrics, long helloTimeoutMillis) {
        this.dataPlane = dataPlane;
        this.connector = connector;
        this.metrics = metrics;
        this.helloTimeoutMillis = helloTimeoutMillis;
    }

    /**
     * Whether a connection is for the filter chains of its listener, at least to find out what it carries; else it is HTTP.
     *
     * @param original where a redirected client meant to go, or null when it meant to come here
     */
    public boolean takes(
            ServingSnapshot serving, Listener listener, @Nullable InetSocketAddress original, Channel channel) {
        if (listener.filterChains().isEmpty()
                || original == null && listener.direction() == Direction.OUTBOUND && listener.speaksHttp()) {
            return false;
        }
        InetSocketAddress destination = original != null ? original : (InetSocketAddress) channel.localAddress();
        return !hasRoutes(listener, destination.getPort())
                || serving.filterChains(listener)
                                .application(destination.getAddress().getAddress(), destination.getPort())
                        != Application.UNKNOWN;
    }

    /** Whether requests to this port have routes of their own; on the way out the table of unknown ports is none. */
    static boolean hasRoutes(Listener listener, int port) {
        return listener.direction() == Direction.OUTBOUND
                ? listener.routesByPort().containsKey(port)
                : listener.routes(port) != null;
    }

    TcpConnector connector() {
        return connector;
    }

    TcpMetrics metrics() {
        return metrics;
    }

    long helloTimeoutMillis() {
        return helloTimeoutMillis;
    }

    void ended(ConnectionInfo info) {
        dataPlane.accessLog().finished(info.finish());
    }
}
