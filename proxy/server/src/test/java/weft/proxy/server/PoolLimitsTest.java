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
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weft.proxy.telemetry.FinishedRequest;
import weft.proxy.testing.HttpMessage;
import weft.proxy.testing.Snapshots.Action;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;
import weft.proxy.upstream.ClusterRuntime;
import weft.routing.cluster.ConnectionPoolSettings;
import weft.routing.cluster.RetryBudget;
import weft.routing.http.ResponseFlag;
import weft.routing.route.RetryPolicy;
import weft.routing.route.RetryPolicy.Condition;

/** Each limit of a connection pool as clients, upstreams and the access log see it. */
@Timeout(60)
class PoolLimitsTest {
    private static final long MANY = 1_000;
    private static final String BUSY = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\n\r\nbusy";

    private static TestUpstream silent() throws IOException {
        return TestUpstream.serving((self, socket) -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (self.receive(in) != null) {}
        });
    }

    private static ClusterRuntime runtime(TestProxy proxy) {
        return Objects.requireNonNull(
                proxy.server().dataPlane().serving().clusters().get(name("v1")));
    }

    private static TestProxy proxy(Action action, ConnectionPoolSettings settings, TestUpstream upstream) {
        return new TestProxy(forwarding(action, cluster("v1", settings, upstream.endpoint())), 1);
    }

    private static void assertOverflow(HttpMessage response, FinishedRequest logged) {
        assertThat(response.status()).isEqualTo(503);
        assertThat(response.field("x-envoy-overloaded")).isEqualTo("true");
        assertThat(response.text())
                .isEqualTo("upstream connect error or disconnect/reset before headers. reset reason: overflow");
        assertThat(logged.responseCode()).isEqualTo(503);
        assertThat(logged.flags()).containsExactly(ResponseFlag.UPSTREAM_OVERFLOW);
        assertThat(logged.details()).isEqualTo("upstream_reset_before_response_started{overflow}");
    }

    @Test
    void oneRequestTooManyIsTurnedAwayAndTheNextMayCome() throws IOException {
        ConnectionPoolSettings one = new ConnectionPoolSettings(MANY, 1_000, MANY, 1, 0, MANY, 60_000, 0);
        try (TestUpstream upstream = silent();
                TestProxy proxy = proxy(Action.to("v1").retries(on(5, Condition.FIVE_XX)), one, upstream);
                TestClient second = proxy.client()) {
            try (TestClient first = proxy.client()) {
                first.send("GET /first HTTP/1.1\r\nhost: app.test\r\n\r\n");
                Awaitility.await().until(() -> upstream.requests().size() == 1);
                assertOverflow(second.get("app.test", "/second"), proxy.log().only());
                assertThat(proxy.log().only().attempts())
                        .as("never tried again")
                        .isOne();
                assertThat(runtime(proxy).requestCounts().pendingOverflows()).isOne();
            }
            proxy.log().await(2);
            second.send("GET /third HTTP/1.1\r\nhost: app.test\r\n\r\n");
            Awaitility.await().until(() -> upstream.requests().size() == 2);
        }
    }

    @Test
    void oneWaitingRequestTooManyIsTurnedAway() throws IOException {
        ConnectionPoolSettings one = new ConnectionPoolSettings(1, 1_000, 1, MANY, 0, MANY, 60_000, 0);
        try (TestUpstream upstream = silent();
                TestProxy proxy = proxy(Action.to("v1"), one, upstream);
                TestClient first = proxy.client();
                TestClient second = proxy.client();
                TestClient third = proxy.client()) {
            first.send("GET /first HTTP/1.1\r\nhost: app.test\r\n\r\n");
            Awaitility.await().until(() -> upstream.requests().size() == 1);
            second.send("GET /second HTTP/1.1\r\nhost: app.test\r\n\r\n");
            Awaitility.await().until(() -> proxy.server().dataPlane().activeRequests() == 2);
            assertOverflow(third.get("app.test", "/third"), proxy.log().only());
            assertThat(upstream.connections()).isOne();
            assertThat(runtime(proxy).connections().overflows()).isPositive();
        }
    }

    @Test
    void requestsShareTheConnectionsThatMaxConnectionsAllows() throws IOException {
        ConnectionPoolSettings two = new ConnectionPoolSettings(2, 1_000, MANY, MANY, 0, MANY, 60_000, 0);
        try (TestUpstream upstream = TestUpstream.answering(request -> {
                    pause(20);
                    return TestUpstream.ok("hello");
                });
                TestProxy proxy = proxy(Action.to("v1"), two, upstream)) {
            List<TestClient> clients = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                TestClient client = proxy.client();
                clients.add(client);
                client.send("GET / HTTP/1.1\r\nhost: app.test\r\n\r\n");
            }
            for (TestClient client : clients) {
                assertThat(client.receive().text()).isEqualTo("hello");
                client.close();
            }
            assertThat(upstream.connections()).isEqualTo(2);
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void endpointThatDoesNotAcceptIsGivenUpAfterTheConnectTimeout() throws IOException {
        ConnectionPoolSettings impatient = new ConnectionPoolSettings(MANY, 150, MANY, MANY, 0, MANY, 60_000, 0);
        List<SocketChannel> waiting = new ArrayList<>();
        try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                TestProxy proxy = new TestProxy(
                        forwarding(Action.to("v1"), cluster("v1", impatient, endpoint(deaf.getLocalPort()))));
                TestClient client = proxy.client()) {
            // Once its queue is full the kernel lets further connections hang.
            for (int i = 0; i < 4; i++) {
                SocketChannel one = SocketChannel.open();
                one.configureBlocking(false);
                one.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), deaf.getLocalPort()));
                waiting.add(one);
            }
            Awaitility.await()
                    .until(() ->
                            waiting.get(0).finishConnect() && waiting.get(1).finishConnect());

            HttpMessage response = client.get("app.test", "/");
            assertThat(response.status()).isEqualTo(503);
            assertThat(response.text())
                    .startsWith("upstream connect error or disconnect/reset before headers. reset reason:"
                            + " connection timeout");
            FinishedRequest logged = proxy.log().only();
            assertThat(logged.flags()).containsExactly(ResponseFlag.UPSTREAM_CONNECTION_FAILURE);
            assertThat(logged.details()).startsWith("upstream_reset_before_response_started{connection_timeout");
            assertThat(logged.durationNanos()).isBetween(150_000_000L, 9_000_000_000L);
        } finally {
            for (SocketChannel one : waiting) {
                one.close();
            }
        }
    }

    @Test
    void idleConnectionEndsAtItsAgeEvenWhenItMayIdleForLong() throws IOException {
        ConnectionPoolSettings young = new ConnectionPoolSettings(MANY, 1_000, MANY, MANY, 0, MANY, 3_600_000, 800);
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy = proxy(Action.to("v1"), young, upstream);
                TestClient client = proxy.client()) {
            client.get("app.test", "/");
            Awaitility.await().until(() -> upstream.openConnections() == 0);
            assertThat(client.get("app.test", "/").status()).isEqualTo(200);
            assertThat(upstream.connections()).isEqualTo(2);
        }
    }

    @Test
    void busyConnectionEndsAtItsAgeAfterItsRequest() throws IOException {
        ConnectionPoolSettings young = new ConnectionPoolSettings(MANY, 1_000, MANY, MANY, 0, MANY, 3_600_000, 50);
        try (TestUpstream upstream = TestUpstream.answering(request -> {
                    pause(120);
                    return TestUpstream.ok("late");
                });
                TestProxy proxy = proxy(Action.to("v1"), young, upstream);
                TestClient client = proxy.client()) {
            assertThat(client.get("app.test", "/").text()).isEqualTo("late");
            Awaitility.await().until(() -> upstream.openConnections() == 0);
        }
    }

    @Test
    void connectionsIdleLongerThanTheTimeoutEndOneByOne() throws IOException {
        ConnectionPoolSettings restless = new ConnectionPoolSettings(MANY, 1_000, MANY, MANY, 0, MANY, 200, 0);
        try (TestUpstream upstream = TestUpstream.answering(request -> {
                    if (request.target().equals("/slow")) {
                        pause(120);
                    }
                    return TestUpstream.ok("hello");
                });
                TestProxy proxy = proxy(Action.to("v1"), restless, upstream);
                TestClient first = proxy.client();
                TestClient second = proxy.client()) {
            first.send("GET /slow HTTP/1.1\r\nhost: app.test\r\n\r\n");
            second.get("app.test", "/fast");
            first.receive();
            assertThat(upstream.connections()).isEqualTo(2);
            Awaitility.await().until(() -> upstream.openConnections() == 1);
            Awaitility.await().until(() -> upstream.openConnections() == 0);
        }
    }

    private static RetryPolicy on(int attempts, Condition... conditions) {
        return new RetryPolicy(attempts, 0, Set.of(conditions), Set.of(), 60_000, true);
    }

    /** One retry waits for a minute or so; then a second one asks. */
    private static void assertSecondRetryIsNotAllowed(ConnectionPoolSettings settings) throws IOException {
        try (TestUpstream upstream = TestUpstream.answering(request -> BUSY);
                TestProxy proxy = proxy(Action.to("v1").retries(on(1, Condition.FIVE_XX)), settings, upstream);
                TestClient first = proxy.client();
                TestClient second = proxy.client()) {
            first.send("GET /first HTTP/1.1\r\nhost: app.test\r\n\r\n");
            Awaitility.await().until(() -> runtime(proxy).requestCounts().retries() == 1);

            HttpMessage response = second.get("app.test", "/second");
            assertThat(response.status()).isEqualTo(503);
            assertThat(response.text()).isEqualTo("busy");
            FinishedRequest logged = proxy.log().only();
            assertThat(logged.flags()).containsExactly(ResponseFlag.UPSTREAM_OVERFLOW);
            assertThat(logged.details()).isEqualTo("via_upstream");
            assertThat(runtime(proxy).requestCounts().retryOverflows()).isOne();

            first.abort();
            proxy.log().await(2);
            second.send("GET /third HTTP/1.1\r\nhost: app.test\r\n\r\n");
            Awaitility.await().until(() -> runtime(proxy).requestCounts().retries() == 2);
        }
    }

    private static ConnectionPoolSettings retrying(long maxRetries, @Nullable RetryBudget budget) {
        return new ConnectionPoolSettings(MANY, 1_000, MANY, MANY, 0, maxRetries, 60_000, 0, null, budget);
    }

    @Test
    void oneRetryMoreThanMaxRetriesIsNotMade() throws IOException {
        assertSecondRetryIsNotAllowed(retrying(1, null));
    }

    @Test
    void oneRetryMoreThanTheBudgetAllowsIsNotMade() throws IOException {
        assertSecondRetryIsNotAllowed(retrying(MANY, new RetryBudget(20, 1, 0)));
    }

    @Test
    void budgetGrowsWithTheRequestsInFlight() throws IOException {
        try (TestUpstream upstream = TestUpstream.serving((self, socket) -> {
                    InputStream in = new BufferedInputStream(socket.getInputStream());
                    for (HttpMessage request = self.receive(in); request != null; request = self.receive(in)) {
                        if (!request.target().equals("/held")) {
                            socket.getOutputStream().write(BUSY.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
                        }
                    }
                });
                TestProxy proxy = proxy(
                        Action.to("v1").retries(on(1, Condition.FIVE_XX)),
                        retrying(MANY, new RetryBudget(25, 0, 0)),
                        upstream);
                TestClient early = proxy.client()) {
            assertThat(early.get("app.test", "/").status())
                    .as("a quarter of one is none")
                    .isEqualTo(503);
            List<Socket> held = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
                socket.getOutputStream()
                        .write("GET /held HTTP/1.1\r\nhost: app.test\r\n\r\n"
                                .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
                held.add(socket);
            }
            Awaitility.await().until(() -> upstream.requests().size() == 9);
            early.send("GET / HTTP/1.1\r\nhost: app.test\r\n\r\n");
            Awaitility.await().until(() -> runtime(proxy).requestCounts().retries() == 1);
            for (Socket socket : held) {
                socket.close();
            }
        }
    }
}
