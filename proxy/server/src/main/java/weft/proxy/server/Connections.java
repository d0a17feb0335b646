package weft.proxy.server;

import io.netty.channel.Channel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import weft.proxy.exchange.DataPlane;
import weft.proxy.exchange.DownstreamConnection;
import weft.proxy.exchange.MatchHeaders;
import weft.proxy.exchange.ServingSnapshot;
import weft.proxy.http1.Http1Limits;
import weft.proxy.http1.Http1ServerHandler;
import weft.proxy.loop.Worker;
import weft.proxy.loop.Workers;
import weft.proxy.tcp.TcpConnection;
import weft.proxy.tcp.TcpConnections;
import weft.routing.snapshot.Listener;

/** All client connections, so that they can be ended gracefully. Thread-safe. */
public final class Connections {
    private static final String SHUT_DOWN = "proxy_shutdown";

    private final DataPlane dataPlane;
    private final TcpConnections tcp;
    private final Http1Limits limits;
    private final MatchHeaders[] matchHeaders;
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();

    /**
     * @param drain ends it as soon as it is idle; called on the event loop
     * @param close ends it now
     */
    private record Connection(String listenerName, Channel channel, Runnable drain, Runnable close) {}

    public Connections(DataPlane dataPlane, TcpConnections tcp, Http1Limits limits, Workers workers) {
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
        ServingSnapshot serving = dataPlane.serving();
        Listener listener = serving.listener(listenerName);
        if (listener == null || listener.speaksHttp()) {
            acceptHttp(worker, listenerName, channel);
            return;
        }
        TcpConnection connection = tcp.accept(worker, serving, listener, channel);
        // A connection relayed as a whole has no moment between requests: it ends by itself, or with the proxy.
        add(new Connection(listenerName, channel, () -> {}, () -> connection.close(SHUT_DOWN)));
    }

    private void acceptHttp(Worker worker, String listenerName, Channel channel) {
        DownstreamConnection requests =
                new DownstreamConnection(dataPlane, worker, listenerName, channel, matchHeaders[worker.index()]);
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
