package weft.proxy.server;

import io.netty.channel.Channel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import weft.proxy.exchange.DataPlane;
import weft.proxy.exchange.DownstreamConnection;
import weft.proxy.exchange.MatchHeaders;
import weft.proxy.http1.Http1Limits;
import weft.proxy.http1.Http1ServerHandler;
import weft.proxy.loop.Worker;
import weft.proxy.loop.Workers;

/** All client connections, so that they can be ended gracefully. Thread-safe. */
public final class Connections {
    private final DataPlane dataPlane;
    private final Http1Limits limits;
    private final MatchHeaders[] matchHeaders;
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();

    private record Connection(String listenerName, Channel channel, Http1ServerHandler codec) {}

    public Connections(DataPlane dataPlane, Http1Limits limits, Workers workers) {
        this.dataPlane = dataPlane;
        this.limits = limits;
        matchHeaders = new MatchHeaders[workers.count()];
        for (int i = 0; i < matchHeaders.length; i++) {
            matchHeaders[i] = new MatchHeaders();
        }
    }

    /** Makes an accepted channel serve requests by the routes of its listener. */
    void accept(Worker worker, String listenerName, Channel channel) {
        DownstreamConnection requests =
                new DownstreamConnection(dataPlane, worker, listenerName, channel, matchHeaders[worker.index()]);
        Http1ServerHandler codec = new Http1ServerHandler(requests, limits, "http");
        Connection connection = new Connection(listenerName, channel, codec);
        open.add(connection);
        channel.closeFuture().addListener(closed -> open.remove(connection));
        channel.pipeline().addLast(codec);
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
        open.forEach(connection -> connection.channel().close());
    }

    private void drain(Predicate<Connection> which) {
        for (Connection connection : open) {
            if (which.test(connection)) {
                connection.channel().eventLoop().execute(connection.codec()::drain);
            }
        }
    }
}
