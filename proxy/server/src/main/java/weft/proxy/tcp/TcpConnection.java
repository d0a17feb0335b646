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
import weft.proxy.loop.Worker;
import weft.proxy.tcp.ClientHelloReader.Verdict;
import weft.proxy.upstream.Addresses;
import weft.routing.http.ResponseFlag;
import weft.routing.snapshot.FilterChain;
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
    private static final String NO_CHAIN = "filter_chain_not_found";
    private static final String NOT_SERVED = "filter_chain_not_served";

    private final TcpConnections owner;
    private final Worker worker;
    private final ServingSnapshot serving;
    private final Listener listener;
    private final FilterChains chains;
    private final Channel channel;
    private final ConnectionInfo info;
    private final ClientHelloReader hello = new ClientHelloReader();
    private @Nullable ByteBuf first;
    private @Nullable Future<?> helloTimer;
    private @Nullable TcpRelay relay;
    private boolean isEnded;

    TcpConnection(TcpConnections owner, Worker worker, ServingSnapshot serving, Listener listener, Channel channel) {
        this.owner = owner;
        this.worker = worker;
        this.serving = serving;
        this.listener = listener;
        this.channel = channel;
        chains = new FilterChains(listener.filterChains());
        boolean isInbound = listener.direction() == Listener.Direction.INBOUND;
        info = new ConnectionInfo(
                worker, channel, isInbound, serving.rules().position().revision());
    }

    void begin() {
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        channel.pipeline().addLast(this);
        InetSocketAddress destination = (InetSocketAddress) channel.localAddress();
        if (chains.needClientHello(destination.getAddress().getAddress(), destination.getPort())) {
            helloTimer = worker.eventLoop()
                    .schedule(this::onHelloTimeout, owner.helloTimeoutMillis(), TimeUnit.MILLISECONDS);
        } else {
            choose(null, false);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf data = (ByteBuf) message;
        if (isEnded) {
            data.release();
            return;
        }
        Verdict verdict = hello.read(data);
        info.bytesReceived += data.readableBytes();
        ByteBuf before = first;
        first = before == null ? data : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(channel.alloc(), before, data);
        switch (verdict) {
            case NEEDS_MORE -> {
                // the rest of the hello is on its way
            }
            case HELLO -> choose(hello.serverName(), true);
            case NOT_TLS -> choose(null, false);
            case MALFORMED -> refuse(ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR, "client_hello_malformed");
            case TOO_LARGE -> refuse(ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR, "client_hello_too_large");
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
        InetSocketAddress destination = (InetSocketAddress) channel.localAddress();
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
        started.start(proxy, serving, read, original);
    }

    private void refuse(ResponseFlag flag, String details) {
        info.flag(flag);
        info.details(details);
        end();
    }

    private void end() {
        isEnded = true;
        cancelTimer();
        if (first != null) {
            first.release();
            first = null;
        }
        owner.ended(info);
        channel.close();
    }

    private void cancelTimer() {
        if (helloTimer != null) {
            helloTimer.cancel(false);
        }
    }

    private void clientLeft() {
        if (!isEnded) {
            info.flag(ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION);
            info.termination(TcpRelay.CLIENT_LEFT);
            end();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
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
