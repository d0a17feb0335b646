package weft.proxy.server;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import weft.proxy.exchange.DataPlane;
import weft.proxy.exchange.DownstreamConnection;
import weft.proxy.exchange.MatchHeaders;
import weft.proxy.exchange.ServingSnapshot;
import weft.proxy.http1.Http1Limits;
import weft.proxy.http1.Http1ServerHandler;
import weft.proxy.loop.Worker;
import weft.proxy.loop.Workers;
import weft.proxy.overload.Overload;
import weft.proxy.tcp.OriginalDestination;
import weft.proxy.tcp.TcpConnection;
import weft.proxy.tcp.TcpConnections;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.Listener.Direction;

/** All client connections, so that they can be ended gracefully. Thread-safe. */
public final class Connections {
    private static final String SHUT_DOWN = "proxy_shutdown";

    private final DataPlane dataPlane;
    private final TcpConnections tcp;
    private final Http1Limits limits;
    private final Overload overload;
    private final MatchHeaders[] matchHeaders;
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();

    /**
     * @param drain ends it as soon as it is idle; called on the event loop
     * @param close ends it now
     */
    private record Connection(String listenerName, Channel channel, Runnable drain, Runnable close) {}

    public Connections(
            DataPlane dataPlane, TcpConnections tcp, Http1Limits limits, Workers workers, Overload overload) {
        this.overload = overload;
        this.dataPlane = dataPlane;
        this.tcp = tcp;
        this.limits = limits;
        matchHeaders = new MatchHeaders[workers.count()];
        for (int i = 0; i < matchHeaders.length; i++) {
            matchHeaders[i] = new MatchHeaders();
        }
    }

    /** Makes an accepted channel serve what its listener is for: requests by routes, or filter chains. */
    void accept(Worker worker, String listenerName, Channel channel) {
        if (!overload.connected()) {
            channel.close();
            return;
        }
        channel.closeFuture().addListener(closed -> overload.disconnected());
        ServingSnapshot serving = dataPlane.serving();
        Listener listener = serving.listener(listenerName);
        InetSocketAddress original =
                listener == null || listener.direction() == Direction.GATEWAY ? null : OriginalDestination.of(channel);
        if (listener == null || !tcp.takes(serving, listener, original, channel)) {
            acceptHttp(worker, listenerName, channel, original);
            return;
        }
        if (overload.rejectsConnections()) {
            channel.close(); // nothing in it could be answered with 503
            return;
        }
        TcpConnection connection = new TcpConnection(tcp, worker, serving, listener, channel, original);
        Connection counted = new Connection(
                listenerName, channel, () -> connection.drain(SHUT_DOWN), () -> connection.close(SHUT_DOWN));
        add(counted);
        connection.begin(() -> {
            open.remove(counted);
            acceptHttp(worker, listenerName, channel, original);
        });
    }

    private void acceptHttp(Worker worker, String listenerName, Channel channel, @Nullable InetSocketAddress original) {
        DownstreamConnection requests = new DownstreamConnection(
                dataPlane, worker, listenerName, channel, original, matchHeaders[worker.index()]);
        Http1ServerHandler codec = new Http1ServerHandler(requests, limits, "http");
        add(new Connection(listenerName, channel, codec::drain, channel::close));
        channel.pipeline().addLast(codec);
    }

    private void add(Connection connection) {
        open.add(connection);
        connection.channel().closeFuture().addListener(closed -> open.remove(connection));
    }

    public int count() {
        return open.size();
    }

    /** Ends the connections of a listener that is gone: idle ones at once, others after their request. */
    void drain(String listenerName) {
        drain(connection -> connection.listenerName().equals(listenerName));
    }

    /** Ends all connections: idle ones at once, others after their request. */
    void drainAll() {
        drain(connection -> true);
    }

    /** Breaks off what is left. */
    void closeAll() {
        open.forEach(connection -> connection.close().run());
    }

    private void drain(Predicate<Connection> which) {
        for (Connection connection : open) {
            if (which.test(connection)) {
                connection.channel().eventLoop().execute(connection.drain());
            }
        }
    }
}
