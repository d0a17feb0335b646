package weft.proxy.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import weft.proxy.stream.StreamReset;
import weft.routing.http.Headers;
import weft.routing.http.PathNormalization;
import weft.routing.http.ResponseHead;

class Http1ServerHandlerTest {
    private final RecordingAcceptor acceptor = new RecordingAcceptor();
    private final Http1ServerHandler handler = new Http1ServerHandler(acceptor, Http1Limits.DEFAULT, "http");
    private final EmbeddedChannel channel = Wire.channel(handler);

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
        assertThat(Wire.allocatedBytes()).as("bytes that nobody released").isZero();
    }

    private static ResponseHead head(int status, String... fields) {
        ResponseHead head = new ResponseHead();
        head.reset(status);
        for (int i = 0; i < fields.length; i += 2) {
            head.headers().add(fields[i], fields[i + 1]);
        }
        return head;
    }

    @Test
    void pathsAreReadAsTheMeshAsks() {
        Http1Limits limits = Http1Limits.DEFAULT.withPaths(PathNormalization.DECODE_AND_MERGE_SLASHES);
        EmbeddedChannel merging = Wire.channel(new Http1ServerHandler(acceptor, limits, "http"));
        Wire.receive(merging, "GET //a%2F.//b HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(acceptor.last().path).isEqualTo("/a/b");
        merging.finishAndReleaseAll();
    }

    @Test
    void plainRequestIsCanonical() {
        Wire.receive(
                channel,
                "GET /a/./b?x=1 HTTP/1.1\r\nHost: reviews:9080\r\nUser-Agent:  curl \r\nAccept: */*\r\n"
                        + "Connection: keep-alive, x-drop\r\nX-Drop: 1\r\nKeep-Alive: 5\r\nTE: trailers\r\n\r\n");
        RecordingAcceptor.Request request = acceptor.last();
        assertThat(request.method).isEqualTo("GET");
        assertThat(request.authority).isEqualTo("reviews:9080");
        assertThat(request.path).isEqualTo("/a/b?x=1");
        assertThat(request.fields).isEqualTo("user-agent: curl\naccept: */*\n");
        assertThat(request.ended).isTrue();
    }

    @Test
    void keepAliveConnectionServesOneRequestAfterTheOther() {
        for (int i = 0; i < 3; i++) {
            Wire.receive(channel, "GET /" + i + " HTTP/1.1\r\nHost: a\r\n\r\n");
            acceptor.last().answer(200);
            assertThat(Wire.sent(channel)).isEqualTo("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
            assertThat(acceptor.last().flushed).isTrue();
        }
        assertThat(acceptor.requests).extracting(r -> r.path).containsExactly("/0", "/1", "/2");
    }

    @Test
    void pipelinedRequestWaitsForTheResponseBeforeIt() {
        Wire.receive(channel, "GET /0 HTTP/1.1\r\nHost: a\r\n\r\nGET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(acceptor.requests).hasSize(1);
        assertThat(channel.config().isAutoRead()).isFalse();
        acceptor.last().answer(200);
        assertThat(acceptor.requests).hasSize(2);
        assertThat(channel.config().isAutoRead()).isTrue();
        acceptor.last().answer(204);
        assertThat(Wire.sent(channel))
                .isEqualTo("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
    }

    @Test
    void absoluteTargetNamesTheAuthority() {
        Wire.receive(channel, "GET http://reviews:9080/x HTTP/1.1\r\nHost: other\r\n\r\n");
        assertThat(acceptor.last().authority).isEqualTo("reviews:9080");
        assertThat(acceptor.last().path).isEqualTo("/x");
    }

    @Test
    void bodyOfOneBufferGetsItsLength() {
        Wire.receive(channel, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        acceptor.last().stream.sendHead(head(200, "x", "y"), false);
        acceptor.last().stream.sendData(Wire.bytes("hello"), true);
        assertThat(Wire.sent(channel)).isEqualTo("HTTP/1.1 200 OK\r\nx: y\r\ncontent-length: 5\r\n\r\nhello");
    }

    @Test
    void bodyOfUnknownLengthIsChunkedWithTrailers() {
        Wire.receive(channel, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        acceptor.last().stream.sendHead(head(200), false);
        acceptor.last().stream.sendData(Wire.bytes("hello"), false);
        assertThat(Wire.sent(channel)).isEqualTo("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n");
        Headers trailers = new Headers();
        trailers.add("grpc-status", "0");
        acceptor.last().stream.sendTrailers(trailers);
        assertThat(Wire.sent(channel)).isEqualTo("0\r\ngrpc-status: 0\r\n\r\n");
        assertThat(acceptor.last().flushed).isTrue();
    }

    @Test
    void responseToHeadKeepsItsLengthAndHasNoBody() {
        Wire.receive(channel, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
        acceptor.last().stream.sendHead(head(200, "content-length", "5"), false);
        acceptor.last().stream.sendData(Wire.bytes("hello"), true);
        assertThat(Wire.sent(channel)).isEqualTo("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n");
    }

    @Test
    void longerBodyThanAnnouncedEndsTheConnection() {
        Wire.receive(channel, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        acceptor.last().stream.sendHead(head(200, "content-length", "2"), false);
        acceptor.last().stream.sendData(Wire.bytes("hello"), true);
        assertThat(channel.isActive()).isFalse();
        assertThat(acceptor.last().reset).isEqualTo(StreamReset.LOCAL_RESET);
    }

    @Test
    void responseCannotBreakFraming() {
        Wire.receive(channel, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        acceptor.last()
                .stream
                .sendHead(
                        head(
                                200,
                                "transfer-encoding",
                                "chunked",
                                "connection",
                                "x",
                                "x",
                                "a\r\nset-cookie: b",
                                "content-length",
                                "1, 2"),
                        true);
        assertThat(Wire.sent(channel)).isEqualTo("HTTP/1.1 200 OK\r\nx: a??set-cookie: b\r\ncontent-length: 0\r\n\r\n");
    }

    @Test
    void chunkedRequestBodyWithTrailersArrives() {
        Wire.receive(
                channel,
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=\"y\"\r\nhello\r\n1\r\n!\r\n0\r\n"
                        + "X-T: 1\r\nContent-Length: 3\r\n\r\n");
        assertThat(acceptor.last().body).hasToString("hello!");
        assertThat(acceptor.last().trailers).isEqualTo("x-t: 1\n");
    }

    @Test
    void pausedRequestBodyStopsReading() {
        Wire.receive(channel, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");
        acceptor.last().stream.setReading(false);
        assertThat(channel.config().isAutoRead()).isFalse();
        Wire.receive(channel, "wor");
        assertThat(acceptor.last().body).hasToString("hello");
        acceptor.last().stream.setReading(true);
        channel.runPendingTasks();
        assertThat(channel.config().isAutoRead()).isTrue();
        Wire.receive(channel, "ld");
        assertThat(acceptor.last().body).hasToString("helloworld");
        assertThat(acceptor.last().ended).isTrue();
    }

    @Test
    void expectationIsPassedOnAndInformationalPassedBack() {
        Wire.receive(channel, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
        assertThat(acceptor.last().fields).contains("expect: 100-continue");
        acceptor.last().stream.sendInformational(head(100));
        assertThat(Wire.sent(channel)).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
        Wire.receive(channel, "ok");
        acceptor.last().answer(200);
        assertThat(Wire.sent(channel)).doesNotContain("connection: close");
        assertThat(channel.isActive()).isTrue();
    }

    @Test
    void finalResponseInsteadOfContinueClosesTheConnection() {
        Wire.receive(channel, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
        acceptor.last().answer(413);
        assertThat(Wire.sent(channel)).contains("connection: close");
        assertThat(channel.isActive()).isFalse();
    }

    @Test
    void earlyResponseDropsTheRestOfTheBody() {
        Wire.receive(channel, "POST /0 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
        acceptor.last().answer(404);
        Wire.receive(channel, "lloGET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(acceptor.last().path).isEqualTo("/1");
        assertThat(acceptor.requests.get(0).body).hasToString("he");
    }

    @Test
    void bodyThatNobodyWaitsForMustEndInTime() {
        Wire.receive(channel, "POST /0 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
        acceptor.last().answer(404);
        channel.advanceTimeBy(Http1Limits.HEAD_TIMEOUT_MILLIS + 1, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isActive()).isFalse();
        assertThat(acceptor.last().flushed).isTrue();
    }

    @Test
    void brokenChunkIsRefusedBeforeTheRequestBegins() {
        Wire.receive(channel, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5zz\r\nhello");
        assertThat(acceptor.last().refused).isEqualTo(Rejections.INVALID_CHUNK);
        assertThat(Wire.sent(channel)).startsWith("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n");
        assertThat(channel.isActive()).isFalse();
    }

    @Test
    void laterBrokenChunkResetsTheRequestAndAnswers400() {
        Wire.receive(channel, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
        Wire.receive(channel, "oops");
        assertThat(acceptor.last().reset).isEqualTo(StreamReset.PROTOCOL_ERROR);
        assertThat(Wire.sent(channel)).startsWith("HTTP/1.1 400 Bad Request\r\n");
        assertThat(channel.isActive()).isFalse();
    }

    @Test
    void oldVersionIsAskedToUpgrade() {
        Wire.receive(channel, "GET / HTTP/1.0\r\n\r\n");
        assertThat(acceptor.last().refused).isEqualTo(Rejections.LOW_VERSION);
        assertThat(Wire.sent(channel)).startsWith("HTTP/1.1 426 Upgrade Required\r\n");
    }

    @Test
    void clientThatLeavesResetsTheRequest() {
        Wire.receive(channel, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        channel.close();
        assertThat(acceptor.last().reset).isEqualTo(StreamReset.CONNECTION_TERMINATION);
    }

    @Test
    void slowHeadIsAnswered408() {
        Wire.receive(channel, "GET / HTTP/1.1\r\nHo");
        channel.advanceTimeBy(Http1Limits.HEAD_TIMEOUT_MILLIS + 1, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertThat(Wire.sent(channel)).startsWith("HTTP/1.1 408 Request Timeout\r\n");
        assertThat(channel.isActive()).isFalse();
    }

    @Test
    void idleConnectionIsClosedAndABusyOneIsNot() {
        Wire.receive(channel, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        for (int i = 0; i < 4; i++) {
            channel.advanceTimeBy(Http1Limits.IDLE_TIMEOUT_MILLIS / 2 + 1, TimeUnit.MILLISECONDS);
            channel.runScheduledPendingTasks();
        }
        assertThat(channel.isActive()).isTrue();
        acceptor.last().answer(200);
        for (int i = 0; i < 3; i++) {
            channel.advanceTimeBy(Http1Limits.IDLE_TIMEOUT_MILLIS / 2 + 1, TimeUnit.MILLISECONDS);
            channel.runScheduledPendingTasks();
        }
        assertThat(channel.isActive()).isFalse();
    }

    @Test
    void drainingClosesAfterTheResponse() {
        Wire.receive(channel, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        handler.drain();
        assertThat(channel.isActive()).isTrue();
        acceptor.last().answer(200);
        assertThat(Wire.sent(channel)).contains("connection: close");
        assertThat(channel.isActive()).isFalse();
    }

    @Test
    void drainingClosesAnIdleConnectionAtOnce() {
        handler.drain();
        assertThat(channel.isActive()).isFalse();
    }

    @Test
    void lateCallsOfAFinishedStreamReachNobody() {
        Wire.receive(channel, "GET /0 HTTP/1.1\r\nHost: a\r\n\r\n");
        RecordingAcceptor.Request first = acceptor.last();
        first.answer(200);
        Wire.sent(channel);
        Wire.receive(channel, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
        first.answer(500);
        first.stream.sendData(Unpooled.EMPTY_BUFFER, true);
        first.stream.reset(StreamReset.LOCAL_RESET);
        assertThat(channel.isActive()).isTrue();
        acceptor.last().answer(200);
        assertThat(Wire.sent(channel)).isEqualTo("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    }
}
