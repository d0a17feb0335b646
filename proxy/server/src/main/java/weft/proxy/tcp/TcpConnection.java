package weft.proxy.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import weft.proxy.exchange.ServingSnapshot;
import weft.proxy.http1.Http1Limits;
import weft.proxy.loop.Worker;
import weft.proxy.tcp.ClientHelloReader.Verdict;
import weft.proxy.upstream.Addresses;
import weft.routing.http.ResponseFlag;
import weft.routing.snapshot.FilterChain;
import weft.routing.snapshot.FilterChain.Application;
import weft.routing.snapshot.FilterChains;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.NetworkFilter.TcpProxy;

/**
 * One accepted connection on its way to a filter chain. Confined to the event loop, but for {@link #close}.
 *
 * <p>Where a chain asks for a server name, the client's TLS hello is awaited first, within a bound of bytes and of time;
 * what was read of it goes to the upstream as the first bytes. Then the relay has the channel.
 */
public final class TcpConnection extends ChannelInboundHandlerAdapter {
    /** A client may connect long before it speaks, as pools do; the codec would wait as long. */
    private static final long SILENCE_MILLIS = Http1Limits.IDLE_TIMEOUT_MILLIS;

    private static final String MAX_DURATION = "max_connection_duration";

    private static final String NO_CHAIN = "filter_chain_not_found";
    private static final String NOT_SERVED = "filter_chain_not_served";

    private final TcpConnections owner;
    private final Worker worker;
    private final ServingSnapshot serving;
    private final Listener listener;
    private final FilterChains chains;
    private final Channel channel;
    private final ConnectionInfo info;
    private final InetSocketAddress destination;
    private final ClientHelloReader hello = new ClientHelloReader();
    private final HttpSniffer sniffer = new HttpSniffer();
    private boolean isHelloNeeded;
    private boolean isSniffed;
    private boolean isLineAwaited;
    private @Nullable Runnable toHttp;
    private @Nullable ByteBuf first;
    private @Nullable Future<?> timer;
    private @Nullable TcpRelay relay;
    private boolean isEnded;

    /** @param original where a redirected client meant to go, or null when it meant to come here */
    public TcpConnection(
            TcpConnections owner,
            Worker worker,
            ServingSnapshot serving,
            Listener listener,
            Channel channel,
            @Nullable InetSocketAddress original) {
        this.owner = owner;
        this.worker = worker;
        this.serving = serving;
        this.listener = listener;
        this.channel = channel;
        chains = serving.filterChains(listener);
        boolean isInbound = listener.direction() == Listener.Direction.INBOUND;
        destination = original != null ? original : (InetSocketAddress) channel.localAddress();
        info = new ConnectionInfo(
                worker,
                channel,
                Addresses.hostPort(destination),
                isInbound,
                serving.rules().position().revision());
    }

    /**
     * Looks at the first bytes if need be, then relays.
     *
     * @param handOver makes the channel serve requests, when it turns out that these come
     */
    public void begin(Runnable handOver) {
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        channel.pipeline().addLast(this);
        byte[] address = destination.getAddress().getAddress();
        isHelloNeeded = chains.needClientHello(address, destination.getPort());
        isSniffed = TcpConnections.hasRoutes(listener, destination.getPort())
                && chains.application(address, destination.getPort()) == Application.SNIFFED;
        toHttp = handOver;
        if (isHelloNeeded) {
            schedule(this::onHelloTimeout, owner.helloTimeoutMillis());
        } else if (isSniffed) {
            schedule(this::end, SILENCE_MILLIS);
        } else {
            choose(null, false);
        }
    }

    private void schedule(Runnable then, long delayMillis) {
        cancelTimer();
        timer = worker.eventLoop().schedule(then, delayMillis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf data = (ByteBuf) message;
        if (isEnded) {
            data.release();
            return;
        }
        Verdict verdict = isHelloNeeded ? hello.read(data) : Verdict.NOT_TLS;
        HttpSniffer.Verdict http = isSniffed ? sniffer.read(data) : HttpSniffer.Verdict.OTHER;
        info.bytesReceived += data.readableBytes();
        ByteBuf before = first;
        first = before == null ? data : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(channel.alloc(), before, data);
        isHelloNeeded &= verdict != Verdict.NOT_TLS;
        isSniffed &= http != HttpSniffer.Verdict.OTHER;
        switch (verdict) {
            case NEEDS_MORE -> {
                // the rest of the hello is on its way
            }
            case HELLO -> choose(hello.serverName(), true);
            case NOT_TLS -> notTls(http);
            case MALFORMED -> refuse(ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR, "client_hello_malformed");
            case TOO_LARGE -> refuse(ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR, "client_hello_too_large");
        }
    }

    private void notTls(HttpSniffer.Verdict http) {
        switch (http) {
            case NEEDS_MORE -> awaitLine();
            case HTTP -> handOver();
            case OTHER -> choose(null, false);
        }
    }

    /** What stays without an end for so long is no request line. */
    private void awaitLine() {
        if (!isLineAwaited) {
            isLineAwaited = true;
            schedule(() -> choose(null, false), owner.helloTimeoutMillis());
        }
    }

    /** Requests come: the codec takes the channel, and what was read of them. */
    private void handOver() {
        isEnded = true;
        cancelTimer();
        ByteBuf read = first;
        first = null;
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
        channel.pipeline().remove(this);
        if (toHttp != null) {
            toHttp.run();
        }
        if (read != null) {
            channel.pipeline().fireChannelRead(read);
            channel.pipeline().fireChannelReadComplete();
        }
    }

    /** A silent client may wait for the server's word: only a gateway's own chains leave no doubt that it must not. */
    private void onHelloTimeout() {
        if (listener.direction() == Listener.Direction.OUTBOUND && first == null) {
            choose(null, false);
        } else {
            refuse(ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR, "client_hello_timeout");
        }
    }

    private void choose(@Nullable String serverName, boolean isTls) {
        cancelTimer();
        info.serverName(serverName);
        FilterChain chain =
                chains.select(destination.getAddress().getAddress(), destination.getPort(), serverName, isTls);
        if (chain == null) {
            refuse(ResponseFlag.NO_ROUTE_FOUND, NO_CHAIN);
        } else if (chain.tls() == null && chain.filter() instanceof TcpProxy proxy) {
            info.chain(chain.name(), proxy.rule());
            relay(proxy, Addresses.hostPort(destination));
        } else {
            info.chain(chain.name(), null);
            refuse(ResponseFlag.NO_ROUTE_FOUND, NOT_SERVED);
        }
    }

    private void relay(TcpProxy proxy, String original) {
        TcpRelay started = new TcpRelay(owner, worker, info);
        relay = started;
        channel.pipeline().replace(this, null, started.downstream());
        ByteBuf read = first;
        first = null;
        if (proxy.maxConnectionDurationMillis() > 0) {
            boundDuration(proxy.maxConnectionDurationMillis());
        }
        started.start(proxy, serving, read, original);
    }

    private void boundDuration(long millis) {
        schedule(this::endOfDuration, millis);
        channel.closeFuture().addListener(closed -> cancelTimer());
    }

    private void endOfDuration() {
        if (channel.isActive()) {
            info.flag(ResponseFlag.DURATION_TIMEOUT);
            close(MAX_DURATION);
        }
    }

    private void refuse(ResponseFlag flag, String details) {
        info.flag(flag);
        info.details(details);
        end();
    }

    /** A silent connection where requests may come is none of either kind yet, and gets no entry. */
    private void end() {
        boolean isNothing = isSniffed && first == null && info.flags().isEmpty();
        isEnded = true;
        cancelTimer();
        if (first != null) {
            first.release();
            first = null;
        }
        if (!isNothing) {
            owner.ended(info);
        }
        channel.close();
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private void clientLeft() {
        if (isEnded) {
            return;
        }
        if (!isSniffed || first != null) {
            info.flag(ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION);
            info.termination(TcpRelay.CLIENT_LEFT);
        }
        end();
    }

    /** A client that ends before its line does was no HTTP client; what it said may be all that another protocol says. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (!(event instanceof ChannelInputShutdownEvent)) {
            return;
        }
        if (isSniffed && !isHelloNeeded && first != null && !isEnded) {
            choose(null, false);
            channel.pipeline().fireUserEventTriggered(event);
        } else {
            clientLeft();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        clientLeft();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    /** Ends it if the client has not said anything yet: a relay goes on, with no moment between requests to end it at. */
    public void drain(String why) {
        if (relay == null && first == null && !isEnded) {
            info.termination(why);
            end();
        }
    }

    /** Ends it from this side, saying why in the access log. May be called on any thread. */
    public void close(String why) {
        if (!worker.eventLoop().inEventLoop()) {
            worker.eventLoop().execute(() -> close(why));
        } else if (relay != null) {
            relay.close(why);
        } else if (!isEnded) {
            info.termination(why);
            end();
        }
    }
}
