import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * What the benchmark compares against, in one file that java runs from source:
 *
 * <pre>
 * java -cp 'lib/*' Floor.java relay PORT UPSTREAM_PORT THREADS   two reads and two writes per request, nothing else
 * java -cp 'lib/*' Floor.java upstream PORT THREADS              answers each request with the same 200
 * </pre>
 *
 * The relay gives each client connection an upstream connection of its own on the same event loop and looks at no byte, so
 * it is the least that a proxy on this network library can cost. Both listen on the loopback until they are killed.
 */
public final class Floor {
    private static final int BACKLOG = 1024;
    private static final int BODY_BYTES = 256;

    private Floor() {}

    public static void main(String[] args) throws InterruptedException {
        boolean relay = args[0].equals("relay");
        int port = Integer.parseInt(args[1]);
        int upstreamPort = relay ? Integer.parseInt(args[2]) : 0;
        int threads = Integer.parseInt(args[relay ? 3 : 2]);
        boolean epoll = Epoll.isAvailable();
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        Class<? extends ServerChannel> server = epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        Class<? extends Channel> client = epoll ? EpollSocketChannel.class : NioSocketChannel.class;
        MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(threads, io);
        new ServerBootstrap()
                .group(loops)
                .channel(server)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.AUTO_READ, !relay)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(relay ? new Relay(client, upstreamPort) : new Answer());
                    }
                })
                .bind("127.0.0.1", port)
                .sync()
                .channel()
                .closeFuture()
                .sync();
    }

    /** Client side of a pair of connections. */
    private static final class Relay extends ChannelInboundHandlerAdapter {
        private final Class<? extends Channel> client;
        private final int upstreamPort;

        Relay(Class<? extends Channel> client, int upstreamPort) {
            this.client = client;
            this.upstreamPort = upstreamPort;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            Channel downstream = ctx.channel();
            Bootstrap bootstrap = new Bootstrap()
                    .group(downstream.eventLoop())
                    .channel(client)
                    .option(ChannelOption.TCP_NODELAY, true)
                    .handler(new Copy(downstream));
            bootstrap.connect("127.0.0.1", upstreamPort).addListener((ChannelFutureListener) connected -> {
                if (connected.isSuccess()) {
                    ctx.pipeline().addLast(new Copy(connected.channel()));
                    downstream.config().setAutoRead(true);
                } else {
                    downstream.close();
                }
            });
        }
    }

    /** Writes whatever arrives to the other side, and ends with it. */
    private static final class Copy extends ChannelInboundHandlerAdapter {
        private final Channel other;

        Copy(Channel other) {
            this.other = other;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object bytes) {
            other.writeAndFlush(bytes, other.voidPromise());
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            other.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    /** Answers once per blank line; requests have no body. */
    private static final class Answer extends ChannelInboundHandlerAdapter {
        private static final ByteBuf RESPONSE = Unpooled.unreleasableBuffer(Unpooled.directBuffer()
                .writeBytes(("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: " + BODY_BYTES + "\r\n\r\n"
                                + "x".repeat(BODY_BYTES))
                        .getBytes(StandardCharsets.US_ASCII)));
        private static final byte[] END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        private int matched;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            while (bytes.isReadable()) {
                byte next = bytes.readByte();
                matched = next == END[matched] ? matched + 1 : next == END[0] ? 1 : 0;
                if (matched == END.length) {
                    matched = 0;
                    ctx.write(RESPONSE.duplicate(), ctx.voidPromise());
                }
            }
            bytes.release();
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
