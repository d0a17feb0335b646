package weft.proxy.exchange;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;
import weft.proxy.loop.Worker;
import weft.proxy.stream.MalformedRequest;
import weft.proxy.stream.ServerStream;
import weft.proxy.stream.ServerStreamAcceptor;
import weft.proxy.stream.ServerStreamListener;
import weft.proxy.upstream.Addresses;
import weft.routing.http.Authority;
import weft.routing.http.RequestHead;
import weft.routing.http.ResponseHead;
import weft.routing.snapshot.Listener;

/** One client's connection and what its requests share. Confined to the event loop. */
public final class DownstreamConnection implements ServerStreamAcceptor {
    private static final int HTTP_PORT = 80;

    private final DataPlane dataPlane;
    private final Worker worker;
    private final String listenerName;
    private final MatchHeaders matchHeaders;
    private final String remoteAddress;
    private final String remoteIp;
    private final String localAddress;
    private final @Nullable InetSocketAddress original;
    private final ResponseHead localResponse = new ResponseHead();
    private @Nullable ServingSnapshot lastSeen;
    private ServingSnapshot served;
    private Listener listener;
    private boolean isOrphaned;
    private int activeRequests;

    /**
     * @param listenerName of the listener that accepted it, under which each snapshot is asked for its routes
     * @param original where a redirected client meant to go, or null when it meant to come here
     * @param matchHeaders of this worker
     */
    public DownstreamConnection(
            DataPlane dataPlane,
            Worker worker,
            String listenerName,
            Channel channel,
            @Nullable InetSocketAddress original,
            MatchHeaders matchHeaders) {
        this.dataPlane = dataPlane;
        this.worker = worker;
        this.listenerName = listenerName;
        this.matchHeaders = matchHeaders;
        SocketAddress remote = channel.remoteAddress();
        remoteAddress = Addresses.hostPort(remote);
        remoteIp = remote instanceof InetSocketAddress inet ? Addresses.ip(inet) : "";
        this.original = original;
        localAddress = Addresses.hostPort(original != null ? original : channel.localAddress());
        served = dataPlane.serving();
        listener = ServingSnapshot.gone(listenerName);
    }

    @Override
    public ServerStreamListener onRequest(ServerStream stream, RequestHead head, boolean end) {
        follow(dataPlane.serving());
        int active = dataPlane.requestStarted();
        Exchange exchange = begin(stream, head, active);
        if (dataPlane.overload().sheds(active)) {
            exchange.shed(end);
        } else {
            exchange.start(end);
        }
        return exchange;
    }

    @Override
    public ServerStreamListener onMalformed(ServerStream stream, RequestHead head, MalformedRequest reason) {
        follow(dataPlane.serving());
        Exchange exchange = begin(stream, head, dataPlane.requestStarted());
        exchange.refuse(reason);
        return exchange;
    }

    private Exchange begin(ServerStream stream, RequestHead head, int active) {
        activeRequests++;
        if (isOrphaned || dataPlane.isDraining() || dataPlane.overload().disablesKeepAlive(active)) {
            stream.closeAfterResponse();
        }
        return new Exchange(this, stream, head, served);
    }

    /** Finds this connection's listener in a snapshot that was not seen before; once it is gone the last one serves on. */
    private void follow(ServingSnapshot serving) {
        if (serving != lastSeen) {
            lastSeen = serving;
            Listener found = serving.listener(listenerName);
            isOrphaned = found == null;
            if (found != null) {
                served = serving;
                listener = found;
            }
        }
    }

    void finished() {
        activeRequests--;
        dataPlane.requestEnded();
    }

    /** Whether no request is in flight, so that closing the connection hurts none that was read. */
    public boolean isIdle() {
        return activeRequests == 0;
    }

    DataPlane dataPlane() {
        return dataPlane;
    }

    Worker worker() {
        return worker;
    }

    Listener listener() {
        return listener;
    }

    MatchHeaders matchHeaders() {
        return matchHeaders;
    }

    /** The port whose routes a request takes: that of a redirected connection, else of its authority. */
    int routePort(String authority) {
        return original != null ? original.getPort() : Authority.port(authority, HTTP_PORT);
    }

    /** Where a request goes that no route takes elsewhere: where its connection meant to go, else to its authority. */
    String destination(String authority) {
        return original != null ? localAddress : authority;
    }

    /** Whether requests come from the application beside a sidecar. */
    boolean isFromApplication() {
        return listener.direction() == Listener.Direction.OUTBOUND;
    }

    boolean isInbound() {
        return listener.direction() == Listener.Direction.INBOUND;
    }

    /** The head of the proxy's own answers; one request at a time uses it. */
    ResponseHead localResponse() {
        return localResponse;
    }

    String remoteAddress() {
        return remoteAddress;
    }

    String remoteIp() {
        return remoteIp;
    }

    String localAddress() {
        return localAddress;
    }
}
