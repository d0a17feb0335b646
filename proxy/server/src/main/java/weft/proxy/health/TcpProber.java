package weft.proxy.health;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import weft.routing.cluster.HealthProbe;

/** Opens a connection for each probe and closes it again. Confined to the event loop. */
final class TcpProber implements Prober {
    /** An endpoint that says more than this and nothing expected fails. */
    private static final int MAX_RECEIVED = 64 << 10;

    private final HealthProbe.Tcp probe;
    private final ProbeTarget target;
    private @Nullable Channel channel;
    private @Nullable Consumer<ProbeResult> asked;

    TcpProber(HealthProbe.Tcp probe, ProbeTarget target) {
        this.probe = probe;
        this.target = target;
    }

    @Override
    public void probe(Consumer<ProbeResult> then) {
        asked = then;
        channel = target.connect(new Answer(then), connecting -> connected(connecting, then));
    }

    private void connected(ChannelFuture connecting, Consumer<ProbeResult> then) {
        if (!connecting.isSuccess()) {
            answer(then, ProbeResult.network(Failures.text(connecting.cause())));
            return;
        }
        if (!probe.send().isEmpty()) {
            connecting.channel().writeAndFlush(Unpooled.copiedBuffer(probe.send(), StandardCharsets.UTF_8));
        }
        if (probe.receive().isEmpty()) {
            answer(then, ProbeResult.PASSED);
        }
    }

    @SuppressWarnings("ReferenceEquality") // whether it is still the one asked
    private void answer(Consumer<ProbeResult> then, ProbeResult result) {
        if (asked == then) {
            asked = null;
            close();
            then.accept(result);
        }
    }

    @Override
    public void abort() {
        asked = null;
        close();
    }

    @Override
    public void close() {
        Channel open = channel;
        channel = null;
        if (open != null) {
            open.close(); // after what was sent
        }
    }

    /** Waits for what must arrive. */
    private final class Answer extends SimpleChannelInboundHandler<ByteBuf> {
        private final Consumer<ProbeResult> then;
        private final StringBuilder received = new StringBuilder();

        Answer(Consumer<ProbeResult> then) {
            this.then = then;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf data) {
            received.append(data.toString(StandardCharsets.ISO_8859_1));
            if (!probe.receive().isEmpty() && isAllThere()) {
                answer(then, ProbeResult.PASSED);
            } else if (received.length() > MAX_RECEIVED) {
                answer(then, ProbeResult.refused("not the expected answer"));
            }
        }

        private boolean isAllThere() {
            int from = 0;
            for (String text : probe.receive()) {
                String bytes = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
                int at = received.indexOf(bytes, from);
                if (at < 0) {
                    return false;
                }
                from = at + bytes.length();
            }
            return true;
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            answer(then, ProbeResult.network("connection closed"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            answer(then, ProbeResult.network(Failures.text(cause)));
        }
    }
}
