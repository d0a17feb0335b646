package weft.proxy.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weft.proxy.stream.MalformedRequest;
import weft.proxy.stream.ServerStream;
import weft.proxy.stream.ServerStreamAcceptor;
import weft.proxy.stream.ServerStreamListener;
import weft.proxy.stream.StreamReset;
import weft.routing.http.Headers;
import weft.routing.http.RequestHead;
import weft.routing.http.ResponseHead;

/** The server codec over real sockets: closing, backpressure, and what a client can read of a refusal. */
@Timeout(30)
class SocketTest {
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

    @AfterEach
    void stop() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** Sends every body back as it comes. */
    private static final class Echo implements ServerStreamAcceptor {
        final AtomicLong received = new AtomicLong();

        @Override
        public ServerStreamListener onRequest(ServerStream stream, RequestHead head, boolean end) {
            ResponseHead answer = new ResponseHead();
            answer.reset(200);
            stream.sendHead(answer, end);
            return new EchoBody(stream);
        }

        @Override
        public ServerStreamListener onMalformed(ServerStream stream, RequestHead head, MalformedRequest reason) {
            ResponseHead answer = new ResponseHead();
            answer.reset(reason.status());
            stream.sendHead(answer, true);
            return new EchoBody(stream);
        }

        private final class EchoBody implements ServerStreamListener {
            private final ServerStream stream;

            EchoBody(ServerStream stream) {
                this.stream = stream;
            }

            @Override
            public void onData(ByteBuf data, boolean end) {
                received.addAndGet(data.readableBytes());
                stream.sendData(data, end);
                stream.setReading(stream.isWritable());
            }

            @Override
            public void onTrailers(Headers trailers) {
                stream.sendTrailers(trailers);
            }

            @Override
            public void onReset(StreamReset reason) {}

            @Override
            public void onWritabilityChanged() {
                stream.setReading(stream.isWritable());
            }

            @Override
            public void onResponseFlushed(boolean success) {}
        }
    }

    private Socket connect(Echo echo) throws IOException {
        Channel server = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Http1ServerHandler(echo, Http1Limits.DEFAULT, "http"));
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
        InetSocketAddress address = (InetSocketAddress) server.localAddress();
        return new Socket(address.getAddress(), address.getPort());
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    @Test
    void keepAliveOverARealSocket() throws IOException {
        try (Socket socket = connect(new Echo())) {
            for (int i = 0; i < 100; i++) {
                send(socket, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
                String answer = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
                assertThat(new String(socket.getInputStream().readNBytes(answer.length()), ISO_8859_1))
                        .isEqualTo(answer);
            }
        }
    }

    @Test
    void manyPipelinedRequestsAreAnsweredInOrder() throws IOException {
        try (Socket socket = connect(new Echo())) {
            send(socket, "GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(500));
            String answers = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".repeat(500);
            assertThat(new String(socket.getInputStream().readNBytes(answers.length()), ISO_8859_1))
                    .isEqualTo(answers);
        }
    }

    @Test
    void refusedClientReadsItsAnswerAlthoughItIsStillSending() throws IOException {
        try (Socket socket = connect(new Echo())) {
            send(socket, "GET / HTTP/1.1\r\nBroken\r\n\r\n" + "x".repeat(100_000));
            assertThat(new String(socket.getInputStream().readAllBytes(), ISO_8859_1))
                    .isEqualTo("HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
        }
    }

    @Test
    void largeBodyComesBackWhole() throws Exception {
        Echo echo = new Echo();
        int length = 8 * 1024 * 1024;
        try (Socket socket = connect(echo)) {
            byte[] body = new byte[length];
            for (int i = 0; i < length; i++) {
                body[i] = (byte) (i * 31 + i / 251);
            }
            Thread sender = new Thread(() -> {
                try {
                    send(
                            socket,
                            "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: " + length
                                    + "\r\n\r\n");
                    socket.getOutputStream().write(body);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            sender.start();
            byte[] echoed = unchunk(socket.getInputStream());
            sender.join();
            assertThat(Arrays.equals(echoed, body)).isTrue();
        }
    }

    @Test
    void clientThatDoesNotReadStopsBeingRead() throws Exception {
        Echo echo = new Echo();
        try (Socket socket = connect(echo)) {
            socket.setSoTimeout(1000);
            long length = 1L << 30;
            Thread sender = new Thread(() -> {
                try {
                    send(socket, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\n");
                    byte[] piece = new byte[64 * 1024];
                    for (long sent = 0; sent < length; sent += piece.length) {
                        socket.getOutputStream().write(piece);
                    }
                } catch (IOException expected) {
                    // The test closes the socket under it.
                }
            });
            sender.start();
            long before;
            do {
                before = echo.received.get();
                Thread.sleep(300);
            } while (before == 0 || before != echo.received.get());
            // Kernel buffers of both directions, and the write watermark: far below what was sent.
            assertThat(echo.received.get()).isLessThan(64L << 20);
            socket.close();
            sender.join();
        }
    }

    private static byte[] unchunk(InputStream in) throws IOException {
        byte[] all = in.readAllBytes();
        String text = new String(all, ISO_8859_1);
        StringBuilder body = new StringBuilder();
        int at = text.indexOf("\r\n\r\n") + 4;
        while (true) {
            int end = text.indexOf("\r\n", at);
            int size = Integer.parseInt(text, at, end, 16);
            if (size == 0) {
                return body.toString().getBytes(ISO_8859_1);
            }
            body.append(text, end + 2, end + 2 + size);
            at = end + 2 + size + 2;
        }
    }
}
