package weft.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.forwarding;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weft.proxy.tcp.TcpConnections;
import weft.proxy.telemetry.FinishedRequest;
import weft.proxy.testing.HttpMessage;
import weft.proxy.testing.Snapshots.Action;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;
import weft.proxy.testing.TestUpstream.Script;
import weft.routing.http.ResponseFlag;

/** Requests on which nothing moves any more: what the client sees, and what is logged. */
@Timeout(30)
class IdleRequestsTest {
    private static final long IDLE_MILLIS = 200;

    private static final Script SILENT = (upstream, socket) -> {
        upstream.receive(new BufferedInputStream(socket.getInputStream()));
        socket.getInputStream().read();
    };

    private static TestProxy proxy(TestUpstream upstream, long idleMillis) {
        return new TestProxy(
                forwarding(Action.to("v1"), cluster("v1", upstream.endpoint())),
                new Timeouts(TcpConnections.HELLO_TIMEOUT_MILLIS, idleMillis));
    }

    private static void assertIdle(TestProxy proxy, int status) {
        FinishedRequest logged = proxy.log().only();
        assertThat(logged.responseCode()).isEqualTo(status);
        assertThat(logged.flags()).containsExactly(ResponseFlag.STREAM_IDLE_TIMEOUT);
        assertThat(logged.details()).isEqualTo("stream_idle_timeout");
    }

    @Test
    void upstreamThatDoesNotAnswerAWholeRequestGives504SI() throws IOException {
        try (TestUpstream upstream = TestUpstream.serving(SILENT);
                TestProxy proxy = proxy(upstream, IDLE_MILLIS);
                TestClient client = proxy.client()) {
            HttpMessage answer = client.get("app.test", "/");
            assertThat(answer.status()).isEqualTo(504);
            assertThat(answer.text()).isEqualTo("stream timeout");
            assertIdle(proxy, 504);
        }
    }

    @Test
    void clientThatStopsInTheMiddleOfItsRequestGets408SI() throws IOException {
        try (TestUpstream upstream = TestUpstream.serving(SILENT);
                TestProxy proxy = proxy(upstream, IDLE_MILLIS);
                TestClient client = proxy.client()) {
            client.send("POST / HTTP/1.1\r\nhost: app.test\r\ncontent-length: 10\r\n\r\nhalf");
            HttpMessage answer = client.receive();
            assertThat(answer.status()).isEqualTo(408);
            assertThat(answer.text()).isEqualTo("stream timeout");
            assertIdle(proxy, 408);
        }
    }

    @Test
    void answerThatStopsInTheMiddleIsCutOff() throws IOException {
        Script half = (upstream, socket) -> {
            upstream.receive(new BufferedInputStream(socket.getInputStream()));
            socket.getOutputStream()
                    .write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf".getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().read();
        };
        try (TestUpstream upstream = TestUpstream.serving(half);
                TestProxy proxy = proxy(upstream, IDLE_MILLIS);
                TestClient client = proxy.client()) {
            client.send("GET / HTTP/1.1\r\nhost: app.test\r\n\r\n");
            assertThat(client.receiveHead().status()).isEqualTo(200);
            assertThat(client.in().readAllBytes()).isEqualTo("half".getBytes(StandardCharsets.US_ASCII));
            assertIdle(proxy, 200);
        }
    }
}
