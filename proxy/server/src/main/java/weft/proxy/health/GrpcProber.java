package weft.proxy.health;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import weft.routing.cluster.HealthProbe;

/**
 * Calls {@code grpc.health.v1.Health/Check} over cleartext HTTP/2, on one connection that is kept between probes. Confined
 * to the event loop.
 */
final class GrpcProber implements Prober {
    private final HealthProbe.Grpc probe;
    private final ProbeTarget target;
    private @Nullable Channel connection;
    private @Nullable Call asked;

    GrpcProber(HealthProbe.Grpc probe, ProbeTarget target) {
        this.probe = probe;
        this.target = target;
    }

    @Override
    public void probe(Consumer<ProbeResult> then) {
        Call call = new Call(then);
        asked = call;
        Channel open = connection;
        if (open != null && open.isActive()) {
            call.isOnReused = true;
            send(open, call);
        } else {
            connect(call);
        }
    }

    private void connect(Call call) {
        close();
        ChannelHandler codec = new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline()
                        .addLast(
                                Http2FrameCodecBuilder.forClient()
                                        .initialSettings(
                                                Http2Settings.defaultSettings().pushEnabled(false))
                                        .build(),
                                new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()),
                                new Goodbye());
            }
        };
        connection = target.connect(codec, connecting -> connected(connecting, call));
    }

    private void connected(ChannelFuture connecting, Call call) {
        if (connecting.isSuccess()) {
            send(connecting.channel(), call);
        } else {
            call.answer(ProbeResult.network(Failures.text(connecting.cause())));
        }
    }

    private void send(Channel open, Call call) {
        new Http2StreamChannelBootstrap(open).handler(call).open().addListener((Future<Http2StreamChannel> opening) -> {
            if (opening.isSuccess()) {
                write(opening.getNow());
            } else {
                call.failed(Failures.text(opening.cause()));
            }
        });
    }

    private void write(Http2StreamChannel stream) {
        Http2Headers headers = new DefaultHttp2Headers()
                .method("POST")
                .scheme("http")
                .authority(probe.authority())
                .path("/grpc.health.v1.Health/Check")
                .set("content-type", "application/grpc")
                .set("te", "trailers")
                .set("user-agent", "Weft/HC");
        stream.write(new DefaultHttp2HeadersFrame(headers));
        stream.writeAndFlush(
                new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(GrpcHealthMessages.request(probe.service())), true));
    }

    @Override
    public void abort() {
        asked = null;
        close();
    }

    @Override
    public void close() {
        Channel open = connection;
        connection = null;
        if (open != null) {
            open.close();
        }
    }

    /** An endpoint that says goodbye gets no further probe on this connection. */
    private final class Goodbye extends ChannelInboundHandlerAdapter {
        @Override
        @SuppressWarnings("ReferenceEquality")
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof Http2GoAwayFrame && connection == context.channel()) {
                connection = null;
                if (asked == null) {
                    context.close();
                }
            }
            ReferenceCountUtil.release(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    /** One call, handler of its stream. */
    private final class Call extends ChannelInboundHandlerAdapter {
        private final Consumer<ProbeResult> then;
        private final byte[] message = new byte[GrpcHealthMessages.MAX_RESPONSE];
        private int received;
        private boolean isOnReused;
        private boolean isAnswering;

        Call(Consumer<ProbeResult> then) {
            this.then = then;
        }

        @SuppressWarnings("ReferenceEquality") // whether it is still the one asked
        private void answer(ProbeResult result) {
            if (asked == this) {
                asked = null;
                if (!result.isPassed()) {
                    close();
                }
                then.accept(result);
            }
        }

        @SuppressWarnings("ReferenceEquality")
        private void failed(String details) {
            if (asked == this && isOnReused && !isAnswering) {
                Call again = new Call(then); // the endpoint may have closed it just before
                asked = again;
                connect(again);
            } else {
                answer(ProbeResult.network(details));
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object frame) {
            isAnswering = true;
            try {
                if (frame instanceof Http2HeadersFrame headers) {
                    onHeaders(headers);
                } else if (frame instanceof Http2DataFrame data) {
                    onData(data.content());
                    if (data.isEndStream()) {
                        answer(ProbeResult.refused("no grpc-status"));
                    }
                } else if (frame instanceof Http2ResetFrame reset) {
                    answer(ProbeResult.network("stream reset, code " + reset.errorCode()));
                }
            } finally {
                ReferenceCountUtil.release(frame);
            }
        }

        private void onHeaders(Http2HeadersFrame frame) {
            CharSequence status = frame.headers().status();
            CharSequence grpcStatus = frame.headers().get("grpc-status");
            if (status != null && !status.toString().equals("200")) {
                answer(ProbeResult.refused("status " + status));
            } else if (frame.isEndStream()) {
                answer(GrpcHealthMessages.judge(grpcStatus, message, received));
            }
        }

        private void onData(ByteBuf data) {
            int more = Math.min(data.readableBytes(), message.length - received);
            data.readBytes(message, received, more);
            received += more;
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            failed("connection closed");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            answer(ProbeResult.network(Failures.text(cause)));
        }
    }
}
