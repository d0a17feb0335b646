package weft.proxy.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import weft.proxy.stream.ClientStream;
import weft.proxy.stream.ClientStreamListener;
import weft.proxy.stream.StreamReset;
import weft.routing.http.Headers;
import weft.routing.http.RequestHead;
import weft.routing.http.ResponseHead;

class Http1ClientConnectionTest implements ConnectionListener {
    private final List<String> pool = new ArrayList<>();
    private final Http1ClientConnection connection = new Http1ClientConnection(Http1Limits.DEFAULT, this);
    private final EmbeddedChannel channel = Wire.channel(connection);

    @Override
    public void onIdle(Http1ClientConnection idle) {
        pool.add("idle");
    }

    @Override
    public void onClosed(Http1ClientConnection closed) {
        pool.add("closed");
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
        assertThat(Wire.allocatedBytes()).as("bytes that nobody released").isZero();
    }

    /** Everything heard of one response, in order. */
    private static final class Heard implements ClientStreamListener {
        final StringBuilder events = new StringBuilder();

        @Override
        public void onInformational(ResponseHead head) {
            events.append('i').append(head.status()).append(' ');
        }

        @Override
        public void onHead(ResponseHead head, boolean end) {
            events.append('h').append(head.status()).append(end ? "! " : " ");
        }

        @Override
        public void onData(ByteBuf data, boolean end) {
            events.append('d')
                    .append(data.toString(StandardCharsets.ISO_8859_1))
                    .append(end ? "! " : " ");
            data.release();
        }

        @Override
        public void onTrailers(Headers trailers) {
            events.append('t').append(trailers.size()).append("! ");
        }

        @Override
        public void onReset(StreamReset reason, String details) {
            events.append(reason).append(' ').append(details);
        }

        @Override
        public void onWritabilityChanged() {
            events.append("w ");
        }
    }

    private static RequestHead get(String path, String... fields) {
        return request("GET", path, fields);
    }

    private static RequestHead request(String method, String path, String... fields) {
        RequestHead head = new RequestHead();
        head.reset(method, "http", "a:80", path);
        for (int i = 0; i < fields.length; i += 2) {
            head.headers().add(fields[i], fields[i + 1]);
        }
        return head;
    }

    private Heard exchange(RequestHead head, String response) {
        Heard heard = new Heard();
        connection.open(heard).sendHead(head, true);
        Wire.sent(channel);
        Wire.receive(channel, response);
        return heard;
    }

    @Test
    void requestIsWrittenFromItsHead() {
        connection.open(new Heard()).sendHead(get("/x?y=1", "accept", "*/*", "connection", "x", "te", "x"), true);
        assertThat(Wire.sent(channel)).isEqualTo("GET /x?y=1 HTTP/1.1\r\nhost: a:80\r\naccept: */*\r\n\r\n");
    }

    @Test
    void rewrittenTargetCannotBreakTheRequestLine() {
        connection.open(new Heard()).sendHead(get("/a b\r\n#\u00e9"), true);
        assertThat(Wire.sent(channel)).isEqualTo("GET /a%20b%0D%0A%23%C3%A9 HTTP/1.1\r\nhost: a:80\r\n\r\n");
    }

    @Test
    void connectionGoesBackAfterAWholeResponse() {
        for (int i = 0; i < 3; i++) {
            Heard heard = exchange(get("/"), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            assertThat(heard.events).hasToString("h200 dok! ");
            assertThat(connection.isReusable()).isTrue();
        }
        assertThat(pool).containsExactly("idle", "idle", "idle");
        assertThat(connection.streams()).isEqualTo(3);
    }

    @Test
    void chunkedResponseWithTrailersArrives() {
        Heard heard = exchange(
                get("/"),
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n1\r\n!\r\n0\r\nX-T: 1\r\n\r\n");
        assertThat(heard.events).hasToString("h200 dok! t1! ");
        assertThat(pool).containsExactly("idle");
    }

    @Test
    void informationalHeadsComeBeforeTheFinalOne() {
        Heard heard = exchange(
                get("/"),
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No\r\n\r\n");
        assertThat(heard.events).hasToString("i100 i103 h204! ");
        assertThat(pool).containsExactly("idle");
    }

    @Test
    void bodyWithoutFramingEndsWithTheConnection() {
        Heard heard = exchange(get("/"), "HTTP/1.1 200 OK\r\n\r\nok");
        channel.close();
        assertThat(heard.events).hasToString("h200 dok d! ");
        assertThat(pool).containsExactly("closed");
    }

    @Test
    void extraBytesCostTheConnectionButNotTheResponse() {
        Heard heard = exchange(get("/"), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK");
        assertThat(heard.events).hasToString("h200 dok! ");
        assertThat(pool).containsExactly("closed");
    }

    @Test
    void bytesOnAnIdleConnectionCloseIt() {
        Wire.receive(channel, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        assertThat(channel.isActive()).isFalse();
        assertThat(pool).containsExactly("closed");
        assertThatThrownBy(() -> connection.open(new Heard())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void responseToHeadHasNoBody() {
        Heard heard = exchange(request("HEAD", "/"), "HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n");
        assertThat(heard.events).hasToString("h200! ");
        assertThat(pool).containsExactly("idle");
    }

    @Test
    void closeInTheResponseClosesAfterIt() {
        Heard heard = exchange(get("/"), "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
        assertThat(heard.events).hasToString("h200 dok! ");
        assertThat(pool).containsExactly("closed");
    }

    @Test
    void responseBeforeTheRequestHasEndedCostsTheConnection() {
        Heard heard = new Heard();
        ClientStream stream = connection.open(heard);
        stream.sendHead(request("POST", "/", "content-length", "5"), false);
        Wire.sent(channel);
        Wire.receive(channel, "HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n");
        stream.sendData(Wire.bytes("hello"), true);
        assertThat(heard.events).hasToString("h413! ");
        assertThat(pool).containsExactly("closed");
    }

    @Test
    void upstreamThatLeavesResetsTheStream() {
        Heard heard = exchange(get("/"), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok");
        channel.close();
        assertThat(heard.events).hasToString("h200 dok CONNECTION_TERMINATION connection_termination");
        assertThat(pool).containsExactly("closed");
    }

    @Test
    void resetClosesAndTheListenerHearsNothing() {
        Heard heard = new Heard();
        ClientStream stream = connection.open(heard);
        stream.sendHead(get("/"), true);
        stream.reset();
        assertThat(channel.isActive()).isFalse();
        assertThat(heard.events).hasToString("");
        assertThat(pool).containsExactly("closed");
    }

    @Test
    void pausedResponseStopsReading() {
        Heard heard = new Heard();
        ClientStream stream = connection.open(heard);
        stream.sendHead(get("/"), true);
        Wire.receive(channel, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe");
        stream.setReading(false);
        assertThat(channel.config().isAutoRead()).isFalse();
        Wire.receive(channel, "llo");
        assertThat(heard.events).hasToString("h200 dhe ");
        stream.setReading(true);
        channel.runPendingTasks();
        assertThat(heard.events).hasToString("h200 dhe dllo! ");
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void requestBodyShorterThanAnnouncedNeverCompletes() {
        Heard heard = new Heard();
        ClientStream stream = connection.open(heard);
        stream.sendHead(request("POST", "/", "content-length", "5"), false);
        stream.sendData(Wire.bytes("hi"), true);
        assertThat(heard.events).hasToString("LOCAL_RESET request_length_mismatch");
        assertThat(channel.isActive()).isFalse();
    }

    @Test
    void endlessInformationalHeadsAreBounded() {
        Heard heard = exchange(get("/"), "HTTP/1.1 100 Continue\r\n\r\n".repeat(Http1Limits.MAX_INFORMATIONAL + 1));
        assertThat(heard.events).endsWith("PROTOCOL_ERROR http1.too_many_informational");
    }
}
