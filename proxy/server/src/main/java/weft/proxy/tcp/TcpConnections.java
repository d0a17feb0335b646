package weft.proxy.tcp;

import io.netty.channel.Channel;
import weft.proxy.exchange.DataPlane;
import weft.proxy.exchange.ServingSnapshot;
import weft.proxy.loop.Worker;
import weft.proxy.telemetry.TcpMetrics;
import weft.proxy.upstream.TcpConnector;
import weft.routing.snapshot.Listener;

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

    /** Serves an accepted channel by the filter chains of its listener in this snapshot. Called on its event loop. */
    public TcpConnection accept(Worker worker, ServingSnapshot serving, Listener listener, Channel channel) {
        TcpConnection connection = new TcpConnection(this, worker, serving, listener, channel);
        connection.begin();
        return connection;
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
