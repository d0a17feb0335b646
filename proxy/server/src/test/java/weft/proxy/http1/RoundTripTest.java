package weft.proxy.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the server side accepts and the client side writes again reads as the same request. */
class RoundTripTest {
    private static final List<String> REQUESTS = List.of(
            "GET /a/b?x=1&y=%20 HTTP/1.1\r\nHost: reviews:9080\r\nAccept: */*\r\nCookie: a=b; c=d\r\nX-Empty:\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0011\r\nX:  y  \r\n\r\nhello world",
            "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n",
            "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
            "DELETE http://other:1/%7Euser HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, drop\r\nDrop: 1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: \u00e4\u00ff\r\nX: 2\r\n\r\n");

    @Test
    void writtenRequestReadsAsTheSameRequest() {
        for (String request : REQUESTS) {
            RecordingAcceptor first = new RecordingAcceptor();
            EmbeddedChannel channel = Wire.channel(new Http1ServerHandler(first, Http1Limits.DEFAULT, "http"));
            Wire.receive(channel, request);
            assertThat(first.requests).as(request).hasSize(1);

            RecordingAcceptor second = new RecordingAcceptor();
            EmbeddedChannel again = Wire.channel(new Http1ServerHandler(second, Http1Limits.DEFAULT, "http"));
            try (Bridge bridge = new Bridge("")) {
                Wire.receive(bridge.downstream, request);
                EmbeddedChannel upstream = bridge.upstreams.get(0).channel;
                upstream.runPendingTasks();
                for (ByteBuf out = upstream.readOutbound(); out != null; out = upstream.readOutbound()) {
                    again.writeInbound(out);
                }
            }
            String sentLength = "content-length: " + first.last().body.length() + "\n";
            assertThat(second.last().toString().replace(sentLength, ""))
                    .isEqualTo(first.last().toString().replace(sentLength, ""));
            channel.finishAndReleaseAll();
            again.finishAndReleaseAll();
        }
    }
}
