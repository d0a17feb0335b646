package weft.proxy.admin;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves admin pages over HTTP on one thread of its own; several addresses may be bound. Thread-safe. */
public final class AdminServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);

    /** Nothing here takes a body worth the name. */
    private static final int MAX_BODY_BYTES = 4 * 1024;

    private static final int IDLE_SECONDS = 60;

    private final MultiThreadIoEventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("admin", true), NioIoHandler.newFactory());
    private final List<Channel> bound = new ArrayList<>();

    /**
     * Serves these pages there; {@code /help} is added.
     *
     * @return the address bound
     * @throws IOException when the address cannot be bound, with a line for people
     */
    public synchronized InetSocketAddress serve(InetSocketAddress address, List<AdminPage> pages) throws IOException {
        Map<String, AdminPage> byPath = new LinkedHashMap<>();
        pages.forEach(page -> byPath.put(page.path(), page));
        String help = help(pages);
        byPath.put("/help", AdminPage.view("/help", "this list", query -> AdminReply.text(help)));
        ChannelFuture binding = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(new ReadTimeoutHandler(IDLE_SECONDS))
                                .addLast(new HttpServerCodec())
                                .addLast(new HttpObjectAggregator(MAX_BODY_BYTES))
                                .addLast(new PageHandler(byPath, help));
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!binding.isSuccess()) {
            throw new IOException(
                    "cannot listen on " + address.getHostString() + ":" + address.getPort() + ": "
                            + binding.cause().getMessage(),
                    binding.cause());
        }
        bound.add(binding.channel());
        return (InetSocketAddress) binding.channel().localAddress();
    }

    private static String help(List<AdminPage> pages) {
        StringBuilder text = new StringBuilder("admin commands are:\n");
        for (AdminPage page : pages) {
            String name = page.isAction() ? page.path() + " (POST)" : page.path();
            text.append(String.format("  %-24s %s%n", name, page.help()));
        }
        return text.append(String.format("  %-24s %s%n", "/help", "this list")).toString();
    }

    @Override
    public synchronized void close() {
        bound.forEach(Channel::close);
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }

    /** Confined to the admin thread. */
    private static final class PageHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
        private final Map<String, AdminPage> pages;
        private final String help;

        PageHandler(Map<String, AdminPage> pages, String help) {
            this.pages = pages;
            this.help = help;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
            AdminReply reply = answer(request);
            byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
            FullHttpResponse response = new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1,
                    HttpResponseStatus.valueOf(reply.status()),
                    request.method().equals(HttpMethod.HEAD) ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
            response.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, reply.contentType())
                    .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
                    .set(HttpHeaderNames.CACHE_CONTROL, "no-cache, max-age=0")
                    .set("x-content-type-options", "nosniff");
            if (reply.status() == HttpResponseStatus.METHOD_NOT_ALLOWED.code()) {
                response.headers().set(HttpHeaderNames.ALLOW, HttpMethod.POST);
            }
            boolean keepAlive = HttpUtil.isKeepAlive(request);
            HttpUtil.setKeepAlive(response, keepAlive);
            ChannelFuture written = ctx.writeAndFlush(response);
            if (!keepAlive) {
                written.addListener(ChannelFutureListener.CLOSE);
            }
        }

        private AdminReply answer(FullHttpRequest request) {
            if (!request.decoderResult().isSuccess()) {
                return AdminReply.text(400, "malformed request\n");
            }
            QueryStringDecoder target = new QueryStringDecoder(request.uri());
            String path = target.path().equals("/") ? "/help" : target.path();
            AdminPage page = pages.get(path);
            if (page == null) {
                return AdminReply.text(404, "invalid path. " + help);
            }
            if (page.isAction() && !request.method().equals(HttpMethod.POST)) {
                return AdminReply.text(405, "use POST: " + page.help() + "\n");
            }
            try {
                return page.answer().apply(new AdminQuery(target.parameters()));
            } catch (RuntimeException e) {
                LOG.error("admin page failed path={}", page.path(), e);
                return AdminReply.text(500, "failed: " + e + "\n");
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
