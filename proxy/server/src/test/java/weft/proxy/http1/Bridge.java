package weft.proxy.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import weft.proxy.stream.ClientStream;
import weft.proxy.stream.ClientStreamListener;
import weft.proxy.stream.MalformedRequest;
import weft.proxy.stream.ServerStream;
import weft.proxy.stream.ServerStreamAcceptor;
import weft.proxy.stream.ServerStreamListener;
import weft.proxy.stream.StreamReset;
import weft.routing.http.Headers;
import weft.routing.http.RequestHead;
import weft.routing.http.ResponseHead;

/**
 * A proxy without policy in one thread: server codec, client codec, and upstreams that are read by Netty's own decoder, so
 * that what goes upstream is judged by somebody else's parser.
 */
final class Bridge implements ServerStreamAcceptor, ConnectionListener, AutoCloseable {
    final EmbeddedChannel downstream;
    final List<MalformedRequest> refused = new ArrayList<>();
    final List<String> resets = new ArrayList<>();
    final List<Upstream> upstreams = new ArrayList<>();
    private final Deque<Upstream> idle = new ArrayDeque<>();
    private final String answer;
    private int served;
    private final long allocatedBefore = Wire.allocatedBytes();

    /** One upstream connection. */
    final class Upstream {
        final Http1ClientConnection connection = new Http1ClientConnection(Http1Limits.DEFAULT, Bridge.this);
        final EmbeddedChannel channel = Wire.channel(connection);
        final EmbeddedChannel decoder = Wire.channel(new HttpRequestDecoder(32_000, 70_000, 64 * 1024));
        final ByteArrayOutputStream received = new ByteArrayOutputStream();
        int begun;
        int complete;
        boolean undecodable;
        final List<String> targets = new ArrayList<>();

        void pump() {
            channel.runPendingTasks();
            for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
                received.writeBytes(ByteBufUtil.getBytes(out));
                decoder.writeInbound(out);
            }
            int answers = 0;
            for (Object object = decoder.readInbound(); object != null; object = decoder.readInbound()) {
                HttpObject part = (HttpObject) object;
                undecodable |= part.decoderResult().isFailure();
                if (part instanceof DefaultHttpRequest request) {
                    begun++;
                    targets.add(request.uri());
                }
                if (part instanceof LastHttpContent && !part.decoderResult().isFailure()) {
                    complete++;
                    answers++;
                }
                ReferenceCountUtil.release(object);
            }
            for (; answers > 0 && channel.isActive() && !answer.isEmpty(); answers--) {
                channel.writeInbound(Wire.bytes(answer));
            }
        }

        String text() {
            return received.toString(StandardCharsets.ISO_8859_1);
        }
    }

    /** Relays one request and its response. */
    private final class Exchange implements ServerStreamListener {
        private final ServerStream server;
        private final ClientStream client;

        Exchange(ServerStream server, Upstream upstream) {
            this.server = server;
            this.client = upstream.connection.open(new ResponseSide(server));
        }

        @Override
        public void onData(ByteBuf data, boolean end) {
            client.sendData(data, end);
        }

        @Override
        public void onTrailers(Headers trailers) {
            client.sendTrailers(trailers);
        }

        @Override
        public void onReset(StreamReset reason) {
            resets.add("downstream " + reason);
            client.reset();
        }

        @Override
        public void onWritabilityChanged() {
            assertThat(server.channel().isOpen()).isTrue();
        }

        @Override
        public void onResponseFlushed(boolean success) {}
    }

    /** Listens to a request that was refused. */
    private static final class Ignored implements ServerStreamListener {
        @Override
        public void onData(ByteBuf data, boolean end) {
            data.release();
        }

        @Override
        public void onTrailers(Headers trailers) {}

        @Override
        public void onReset(StreamReset reason) {}

        @Override
        public void onWritabilityChanged() {}

        @Override
        public void onResponseFlushed(boolean success) {}
    }

    private final class ResponseSide implements ClientStreamListener {
        private final ServerStream server;
        private boolean headSent;

        ResponseSide(ServerStream server) {
            this.server = server;
        }

        @Override
        public void onInformational(ResponseHead head) {
            server.sendInformational(head);
        }

        @Override
        public void onHead(ResponseHead head, boolean end) {
            headSent = true;
            server.sendHead(head, end);
        }

        @Override
        public void onData(ByteBuf data, boolean end) {
            server.sendData(data, end);
        }

        @Override
        public void onTrailers(Headers trailers) {
            server.sendTrailers(trailers);
        }

        @Override
        public void onReset(StreamReset reason, String details) {
            resets.add("upstream " + details);
            if (headSent) {
                server.reset(reason);
            } else {
                ResponseHead head = new ResponseHead();
                head.reset(502);
                server.sendHead(head, true);
            }
        }

        @Override
        public void onWritabilityChanged() {}
    }

    Bridge() {
        this("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }

    Bridge(String answer) {
        this.answer = answer;
        downstream = Wire.channel(new Http1ServerHandler(this, Http1Limits.DEFAULT, "http"));
    }

    void receive(byte[] bytes) {
        if (downstream.isActive()) {
            downstream.writeInbound(Wire.bytes(bytes));
        }
        pump();
    }

    void pump() {
        for (int round = 0; round < 50; round++) {
            downstream.runPendingTasks();
            List.copyOf(upstreams).forEach(Upstream::pump);
        }
    }

    int complete() {
        return upstreams.stream().mapToInt(u -> u.complete).sum();
    }

    /** Requests that the server codec handed over. */
    int served() {
        return served;
    }

    String upstreamText() {
        StringBuilder text = new StringBuilder();
        upstreams.forEach(u -> text.append(u.text()));
        return text.toString();
    }

    @Override
    public ServerStreamListener onRequest(ServerStream stream, RequestHead head, boolean end) {
        Upstream upstream = idle.poll();
        if (upstream == null) {
            upstream = new Upstream();
            upstreams.add(upstream);
        } else {
            assertThat(upstream.connection.isReusable()).isTrue();
        }
        served++;
        Exchange exchange = new Exchange(stream, upstream);
        exchange.client.sendHead(head, end);
        return exchange;
    }

    @Override
    public ServerStreamListener onMalformed(ServerStream stream, RequestHead head, MalformedRequest reason) {
        refused.add(reason);
        ResponseHead answered = new ResponseHead();
        answered.reset(reason.status());
        stream.sendHead(answered, true);
        return new Ignored();
    }

    @Override
    public void onIdle(Http1ClientConnection connection) {
        upstreams.stream().filter(u -> u.connection.equals(connection)).forEach(idle::add);
    }

    @Override
    public void onClosed(Http1ClientConnection connection) {
        idle.removeIf(u -> u.connection.equals(connection));
    }

    @Override
    public void close() {
        downstream.finishAndReleaseAll();
        for (Upstream upstream : upstreams) {
            upstream.channel.finishAndReleaseAll();
            upstream.decoder.finishAndReleaseAll();
        }
        assertThat(Wire.allocatedBytes()).as("bytes that nobody released").isEqualTo(allocatedBefore);
    }
}
