package weft.proxy.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weft.proxy.stream.ClientStreamListener;
import weft.proxy.stream.StreamReset;
import weft.routing.http.Headers;
import weft.routing.http.RequestHead;
import weft.routing.http.ResponseHead;

/** Where the network cuts a message never matters. */
class SplitTest {
    private static final List<String> MESSAGES = List.of(
            "GET /a/../b?x HTTP/1.1\r\nHost: a:80\r\nX-A: \t v \t \r\nX-B:\r\nAccept: */*\r\n\r\n",
            "\r\nPOST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 11\r\nConnection: x-y\r\nX-Y: 1\r\n\r\nhello world",
            "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"b;\\\"\"\r\nhello\r\n006\r\n world\r\n0\r\n"
                    + "X-T: 1\r\nHost: b\r\n\r\n",
            "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX(: 1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\n Fold: 1\r\n\r\n",
            "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.0\r\nHost: a\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
            "GET / HTTP/1.1\r\nX: y\r\n\r\n");

    private static final List<String> RESPONSES = List.of(
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A:  b \r\n\r\nhello",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nA: b\r\n\r\n",
            "HTTP/1.1 301\r\nConnection: close\r\nLocation: /\r\n\r\nuntil close",
            "HTTP/1.1 2x0 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello");

    private static String serve(String raw, int... cuts) {
        RecordingAcceptor acceptor = new RecordingAcceptor();
        EmbeddedChannel channel = Wire.channel(new Http1ServerHandler(acceptor, Http1Limits.DEFAULT, "http"));
        byte[] bytes = raw.getBytes(StandardCharsets.ISO_8859_1);
        int from = 0;
        for (int cut : Arrays.copyOf(cuts, cuts.length + 1)) {
            int to = cut == 0 ? bytes.length : cut;
            if (channel.isActive()) {
                channel.writeInbound(Wire.bytes(Arrays.copyOfRange(bytes, from, to)));
                if (acceptor.requests.stream().anyMatch(r -> r.isComplete() && r.flushed == null)) {
                    acceptor.last().answer(200);
                }
            }
            from = to;
        }
        for (int i = 0;
                i < 3 && channel.isActive() && acceptor.requests.stream().anyMatch(r -> r.flushed == null);
                i++) {
            if (acceptor.last().isComplete()) {
                acceptor.last().answer(200);
            }
        }
        String told = acceptor.requests.toString();
        channel.finishAndReleaseAll();
        return told;
    }

    @Test
    void requestsReadAlikeCutInTwoAtEveryByte() {
        for (String message : MESSAGES) {
            String whole = serve(message);
            for (int cut = 1; cut < message.length(); cut++) {
                assertThat(serve(message, cut))
                        .as("cut at %d of %s", cut, message)
                        .isEqualTo(whole);
            }
        }
    }

    @Test
    void requestsReadAlikeByteByByte() {
        for (String message : MESSAGES) {
            int[] cuts = new int[message.length() - 1];
            Arrays.setAll(cuts, i -> i + 1);
            assertThat(serve(message, cuts)).isEqualTo(serve(message));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7})
    void responsesReadAlikeCutAnywhere(int step) {
        for (String response : RESPONSES) {
            String whole = receive(response);
            for (int cut = 1; cut < response.length(); cut += step) {
                assertThat(receive(response, cut))
                        .as("cut at %d of %s", cut, response)
                        .isEqualTo(whole);
            }
            int[] cuts = new int[response.length() - 1];
            Arrays.setAll(cuts, i -> i + 1);
            assertThat(receive(response, cuts)).isEqualTo(whole);
        }
    }

    private static String receive(String raw, int... cuts) {
        byte[] bytes = raw.getBytes(StandardCharsets.ISO_8859_1);
        Told told = new Told();
        Http1ClientConnection connection = new Http1ClientConnection(Http1Limits.DEFAULT, told);
        EmbeddedChannel upstream = Wire.channel(connection);
        RequestHead head = new RequestHead();
        head.reset("GET", "http", "a", "/");
        connection.open(told).sendHead(head, true);
        int from = 0;
        for (int cut : Arrays.copyOf(cuts, cuts.length + 1)) {
            int to = cut == 0 ? bytes.length : cut;
            if (upstream.isActive()) {
                upstream.writeInbound(Wire.bytes(Arrays.copyOfRange(bytes, from, to)));
            }
            from = to;
        }
        upstream.finishAndReleaseAll();
        return told.text.toString();
    }

    /** A response without the boundaries of its pieces. */
    private static final class Told implements ClientStreamListener, ConnectionListener {
        final StringBuilder text = new StringBuilder();

        @Override
        public void onInformational(ResponseHead head) {
            text.append(head.status()).append(head.headers());
        }

        @Override
        public void onHead(ResponseHead head, boolean end) {
            text.append(head.status()).append(head.headers()).append(end);
        }

        @Override
        public void onData(ByteBuf data, boolean end) {
            text.append(data.toString(StandardCharsets.ISO_8859_1)).append(end ? "|" : "");
            data.release();
        }

        @Override
        public void onTrailers(Headers trailers) {
            text.append(trailers).append('|');
        }

        @Override
        public void onReset(StreamReset reason, String details) {
            text.append(reason).append(details);
        }

        @Override
        public void onWritabilityChanged() {}

        @Override
        public void onIdle(Http1ClientConnection connection) {
            text.append(" idle");
        }

        @Override
        public void onClosed(Http1ClientConnection connection) {
            text.append(" closed");
        }
    }
}
