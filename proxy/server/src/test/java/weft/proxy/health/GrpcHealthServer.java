package weft.proxy.health;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A gRPC health service on Netty's own HTTP/2 server side. Thread-safe. */
final class GrpcHealthServer implements AutoCloseable {
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final AtomicInteger connections = new AtomicInteger();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final Channel server;
    private volatile int status;
    private volatile int grpcStatus;

    /** @param status of the HealthCheckResponse */
    GrpcHealthServer(int status) {
        this.status = status;
        server = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.incrementAndGet();
                        channel.pipeline()
                                .addLast(
                                        Http2FrameCodecBuilder.forServer().build(),
                                        new Http2MultiplexHandler(new ChannelInitializer<>() {
                                            @Override
                                            protected void initChannel(Channel stream) {
                                                stream.pipeline().addLast(new Call());
                                            }
                                        }));
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    int connections() {
        return connections.get();
    }

    /** Path and body, in hexadecimal, of each call so far. */
    List<String> calls() {
        return List.copyOf(calls);
    }

    void answer(int newStatus, int newGrpcStatus) {
        status = newStatus;
        grpcStatus = newGrpcStatus;
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private final class Call extends ChannelInboundHandlerAdapter {
        private String path = "";

        @Override
        public void channelRead(ChannelHandlerContext context, Object frame) {
            if (frame instanceof Http2HeadersFrame headers) {
                path = headers.headers().method() + " " + headers.headers().path() + " "
                        + headers.headers().authority();
            } else if (frame instanceof Http2DataFrame data && data.isEndStream()) {
                calls.add(path + " " + ByteBufUtil.hexDump(data.content()));
                respond(context);
            }
            ReferenceCountUtil.release(frame);
        }

        private void respond(ChannelHandlerContext context) {
            context.write(new DefaultHttp2HeadersFrame(
                    new DefaultHttp2Headers().status("200").set("content-type", "application/grpc")));
            if (grpcStatus == 0) {
                ByteBuf message = status == 0
                        ? Unpooled.wrappedBuffer(new byte[5])
                        : Unpooled.wrappedBuffer(new byte[] {0, 0, 0, 0, 2, 8, (byte) status});
                context.write(new DefaultHttp2DataFrame(message));
            }
            context.writeAndFlush(new DefaultHttp2HeadersFrame(
                    new DefaultHttp2Headers().set("grpc-status", String.valueOf(grpcStatus)), true));
        }
    }
}
