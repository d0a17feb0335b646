package weft.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.endpoint;
import static weft.proxy.testing.Snapshots.forwarding;
import static weft.proxy.testing.Snapshots.name;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weft.proxy.telemetry.FinishedRequest;
import weft.proxy.testing.HttpMessage;
import weft.proxy.testing.Snapshots.Action;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;
import weft.proxy.upstream.ClusterRuntime;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.ConnectionPoolSettings;
import weft.routing.route.Mirror;

/** Copies of requests to mirrors, and mirrors that are in trouble: whatever becomes of those, the request goes on. */
@Timeout(60)
class MirrorsTest {
    private static final int MAX_SHADOWS = 512;

    private static Mirror to(String subset, double percentage) {
        return new Mirror(name(subset), percentage);
    }

    private static ClusterRuntime runtime(TestProxy proxy, String subset) {
        return Objects.requireNonNull(
                proxy.server().dataPlane().serving().clusters().get(name(subset)));
    }

    private static TestProxy proxy(TestUpstream primary, Cluster mirror) {
        return new TestProxy(
                forwarding(Action.to("v1").mirrors(to("shadow", 100)), cluster("v1", primary.endpoint()), mirror), 1);
    }

    private static void assertServed(TestProxy proxy, int requests) throws IOException {
        int before = proxy.log().count();
        try (TestClient client = proxy.client()) {
            for (int i = 0; i < requests; i++) {
                HttpMessage response = client.post("app.test", "/", "body " + i);
                assertThat(response.status()).isEqualTo(200);
                assertThat(response.text()).isEqualTo("real");
            }
        }
        List<FinishedRequest> logged = proxy.log().await(before + requests);
        assertThat(logged).allSatisfy(request -> {
            assertThat(request.flags()).isEmpty();
            assertThat(request.details()).isEqualTo("via_upstream");
            assertThat(request.clusterName()).isEqualTo(name("v1"));
            assertThat(request.attempts()).isOne();
        });
    }

    @Test
    void eachMirrorGetsItsShareOfWholeCopies() throws IOException {
        int requests = 400;
        try (TestUpstream primary = TestUpstream.saying("real");
                TestUpstream always = TestUpstream.saying("ignored");
                TestUpstream sometimes =
                        TestUpstream.answering(request -> "HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n");
                TestUpstream never = TestUpstream.saying("ignored");
                TestProxy proxy = new TestProxy(
                        forwarding(
                                Action.to("v1").mirrors(to("all", 100), to("some", 25), to("none", 0)),
                                cluster("v1", primary.endpoint()),
                                cluster("all", always.endpoint()),
                                cluster("some", sometimes.endpoint()),
                                cluster("none", never.endpoint())),
                        1)) {
            assertServed(proxy, requests);
            Awaitility.await().until(() -> always.requests().size() == requests);
            assertThat(always.requests()).allSatisfy(copy -> {
                assertThat(copy.field("host")).isEqualTo("app.test-shadow");
                assertThat(copy.text()).startsWith("body ");
            });
            // 25 % of 400 with a fixed seed: four standard deviations are 35.
            assertThat(sometimes.requests().size()).isBetween(65, 135);
            assertThat(never.connections()).isZero();
        }
    }

    @Test
    void mirrorThatNeverAnswersGetsSoManyCopiesAndNoMore() throws IOException {
        try (TestUpstream primary = TestUpstream.saying("real");
                ServerSocket deaf = new ServerSocket(0, 2_000, InetAddress.getLoopbackAddress());
                TestProxy proxy = proxy(primary, cluster("shadow", endpoint(deaf.getLocalPort())))) {
            assertServed(proxy, MAX_SHADOWS + 50);
            ClusterRuntime mirror = runtime(proxy, "shadow");
            assertThat(mirror.requestCounts().droppedShadows()).isEqualTo(50);
            assertThat(mirror.connections().active()).isEqualTo(MAX_SHADOWS);
        }
    }

    @Test
    void mirrorThatRefusesConnectionsIsNoMatter() throws IOException {
        int closed;
        try (ServerSocket socket = new ServerSocket(0)) {
            closed = socket.getLocalPort();
        }
        try (TestUpstream primary = TestUpstream.saying("real");
                TestProxy proxy = proxy(primary, cluster("shadow", endpoint(closed)))) {
            assertServed(proxy, 50);
            assertThat(runtime(proxy, "shadow").connections().failed()).isPositive();
        }
    }

    @Test
    void mirrorThatBreaksOffIsNoMatter() throws IOException {
        try (TestUpstream primary = TestUpstream.saying("real");
                TestUpstream rude = TestUpstream.serving((self, socket) -> {
                    self.receive(socket.getInputStream());
                    socket.getOutputStream()
                            .write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"
                                    .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
                    socket.setSoLinger(true, 0);
                });
                TestProxy proxy = proxy(primary, cluster("shadow", rude.endpoint()))) {
            assertServed(proxy, 50);
            Awaitility.await().until(() -> rude.requests().size() == 50);
        }
    }

    @Test
    void mirrorWithoutEndpointsOrRoomIsNoMatter() throws IOException {
        ConnectionPoolSettings none = new ConnectionPoolSettings(1, 1_000, 1, 1, 0, 1, 60_000, 0);
        try (TestUpstream primary = TestUpstream.saying("real");
                TestUpstream silent = TestUpstream.serving((self, socket) -> {
                    InputStream in = new BufferedInputStream(socket.getInputStream());
                    while (self.receive(in) != null) {}
                })) {
            try (TestProxy proxy = proxy(primary, cluster("shadow"))) {
                assertServed(proxy, 5);
                assertThat(runtime(proxy, "shadow").requestCounts().droppedShadows())
                        .isEqualTo(5);
            }
            try (TestProxy proxy = proxy(primary, cluster("shadow", none, silent.endpoint()))) {
                assertServed(proxy, 5);
                assertThat(runtime(proxy, "shadow").requestCounts().droppedShadows())
                        .isEqualTo(4);
            }
        }
    }

    @Test
    void bodyThatTheMirrorDoesNotReadReachesTheUpstreamWhole() throws IOException {
        int size = 8 * 1024 * 1024;
        CountDownLatch isOver = new CountDownLatch(1);
        try (TestUpstream primary = TestUpstream.saying("real");
                TestUpstream stalled = TestUpstream.serving((self, socket) -> isOver.await());
                TestProxy proxy = proxy(primary, cluster("shadow", stalled.endpoint()));
                TestClient client = proxy.client()) {
            client.send("POST / HTTP/1.1\r\nhost: app.test\r\ncontent-length: " + size + "\r\n\r\n");
            // Once the mirror has the copy's head, it is the copy's stream that does not take the rest.
            Awaitility.await()
                    .until(() -> runtime(proxy, "shadow").endpoints().get(0).openConnections() == 1);
            byte[] piece = new byte[64 * 1024];
            for (int sent = 0; sent < size; sent += piece.length) {
                client.out().write(piece);
            }
            client.out().flush();
            assertThat(client.receive().text()).isEqualTo("real");
            assertThat(primary.lastRequest().bodyLength()).isEqualTo(size);
            assertThat(runtime(proxy, "shadow").requestCounts().droppedShadows())
                    .isOne();
            isOver.countDown();
        }
    }
}
