package weft.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.server.UpstreamTroubles.LENGTH_100;
import static weft.proxy.server.UpstreamTroubles.on;
import static weft.proxy.server.UpstreamTroubles.plain;
import static weft.proxy.server.UpstreamTroubles.reset;
import static weft.proxy.server.UpstreamTroubles.stallingAfter;
import static weft.proxy.server.UpstreamTroubles.write;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.endpoint;
import static weft.proxy.testing.Snapshots.forwarding;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import weft.proxy.telemetry.FinishedRequest;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;
import weft.routing.cluster.Cluster;
import weft.routing.http.ResponseFlag;
import weft.routing.route.RetryPolicy.Condition;

/** Upstreams in every kind of trouble: the answer byte by byte as the client gets it, and the entry in the access log. */
@Timeout(60)
class UpstreamTroubleTest {
    @ParameterizedTest
    @MethodSource("weft.proxy.server.UpstreamTroubles#all")
    void clientAndLogAreToldTheSame(UpstreamTroubles.Trouble trouble) throws IOException {
        TestUpstream.Script script = trouble.upstream();
        try (TestUpstream upstream = TestUpstream.serving(script == null ? (self, socket) -> {} : script);
                TestProxy proxy = new TestProxy(
                        forwarding(trouble.action(), to(script == null ? closedPort() : upstream.port())));
                TestClient client = proxy.client()) {
            client.send("GET / HTTP/1.1\r\nhost: app.test\r\nconnection: close\r\n\r\n");
            String answer = new String(client.in().readAllBytes(), StandardCharsets.ISO_8859_1);

            assertThat(answer).startsWith("HTTP/1.1 " + trouble.status() + " ");
            int head = answer.indexOf("\r\n\r\n") + 4;
            String rest = answer.substring(head);
            boolean isChunked = answer.substring(0, head).contains("transfer-encoding: chunked");
            assertThat(isChunked ? rest.endsWith("\r\n0\r\n\r\n") : rest.length() == length(answer.substring(0, head)))
                    .as("whether %s is whole", answer)
                    .isEqualTo(trouble.isWhole());
            assertThat(isChunked ? unchunked(rest) : rest).isEqualTo(trouble.body());

            FinishedRequest logged = proxy.log().only();
            assertThat(logged.responseCode()).isEqualTo(trouble.status());
            assertThat(ResponseFlag.joined(logged.flags())).isEqualTo(trouble.flags());
            assertThat(logged.details()).isEqualTo(trouble.details());
            assertThat(logged.attempts()).isEqualTo(trouble.attempts());
            assertThat(logged.bytesSent()).isEqualTo(trouble.body().length());
            Awaitility.await().until(() -> upstream.openConnections() == 0);
            assertThat(proxy.server().dataPlane().activeRequests()).isZero();
        }
    }

    private static Cluster to(int port) {
        return cluster("v1", endpoint(port));
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static int length(String head) {
        for (String field : head.split("\r\n")) {
            if (field.startsWith("content-length: ")) {
                return Integer.parseInt(field.substring("content-length: ".length()));
            }
        }
        return -1;
    }

    /** What chunks hold, the last of which may be missing. */
    private static String unchunked(String chunks) {
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < chunks.length()) {
            int line = chunks.indexOf("\r\n", at);
            int size = Integer.parseInt(chunks.substring(at, line), 16);
            text.append(chunks, line + 2, Math.min(chunks.length(), line + 2 + size));
            at = line + 2 + size + 2;
        }
        return text.toString();
    }

    @Test
    void endpointThatComesAndGoesIsTriedUntilItAnswers() throws IOException {
        AtomicInteger connections = new AtomicInteger();
        try (TestUpstream flapping = TestUpstream.serving((self, socket) -> {
                    if (connections.getAndIncrement() % 2 == 0) {
                        reset(socket);
                        return;
                    }
                    self.receive(socket.getInputStream());
                    write(socket, "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 5\r\n\r\nhello");
                });
                TestProxy proxy = new TestProxy(
                        forwarding(plain().retries(on(3, 0, Condition.RESET)), cluster("v1", flapping.endpoint())));
                TestClient client = proxy.client()) {
            for (int i = 0; i < 20; i++) {
                assertThat(client.post("app.test", "/", "again and again").text())
                        .isEqualTo("hello");
            }
            List<FinishedRequest> logged = proxy.log().await(20);
            assertThat(logged).allSatisfy(request -> {
                assertThat(request.flags()).isEmpty();
                assertThat(request.details()).isEqualTo("via_upstream");
            });
            assertThat(logged.stream().mapToInt(FinishedRequest::attempts).sum())
                    .isEqualTo(connections.get());
        }
    }

    @Test
    void clientThatLeavesInTheAnswerIsLoggedAndTheUpstreamLetGo() throws IOException {
        try (TestUpstream upstream = TestUpstream.serving(stallingAfter(LENGTH_100 + "half"));
                TestProxy proxy = new TestProxy(forwarding(plain(), cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            client.send("GET / HTTP/1.1\r\nhost: app.test\r\n\r\n");
            assertThat(client.receiveHead().status()).isEqualTo(200);
            client.abort();
            FinishedRequest logged = proxy.log().only();
            assertThat(logged.flags()).containsExactly(ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION);
            assertThat(logged.details()).isEqualTo("downstream_remote_disconnect");
            assertThat(logged.responseCode()).isEqualTo(200);
            Awaitility.await().until(() -> upstream.openConnections() == 0);
        }
    }
}
