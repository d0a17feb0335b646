package weft.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.testing.Snapshots.balanced;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.endpoint;
import static weft.proxy.testing.Snapshots.forwarding;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import weft.proxy.telemetry.FinishedRequest;
import weft.proxy.testing.HttpMessage;
import weft.proxy.testing.Snapshots;
import weft.proxy.testing.Snapshots.Action;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.Endpoint;
import weft.routing.cluster.LoadBalancing;
import weft.routing.cluster.Locality;
import weft.routing.cluster.LocalityBalancing.Failover;
import weft.routing.http.ResponseFlag;
import weft.routing.route.RetryPolicy;
import weft.routing.route.RetryPolicy.Condition;

/** Which requests are sent again, how often, and what is seen of it. */
class RetriesTest {
    private static final String UNAVAILABLE = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\n\r\nbusy";

    private static RetryPolicy on(int attempts, long perTryMillis, Condition... conditions) {
        return new RetryPolicy(attempts, perTryMillis, Set.of(conditions), Set.of(), 1, true);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Fails the first requests, then answers. */
    private static TestUpstream failing(int times, String failure) throws IOException {
        AtomicInteger left = new AtomicInteger(times);
        return TestUpstream.answering(request -> left.getAndDecrement() > 0 ? failure : TestUpstream.ok("hello"));
    }

    @Test
    void retriableStatusIsTriedAgainWithItsBody() throws IOException {
        try (TestUpstream upstream = failing(2, UNAVAILABLE);
                TestProxy proxy = new TestProxy(forwarding(
                        Action.to("v1").retries(on(3, 0, Condition.FIVE_XX)), cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            assertThat(client.post("app.test", "/", "payload").text()).isEqualTo("hello");
            assertThat(upstream.requests())
                    .hasSize(3)
                    .allSatisfy(request -> assertThat(request.text()).isEqualTo("payload"));
            assertThat(upstream.lastRequest().fieldsNamed("x-envoy-attempt-count"))
                    .containsExactly("3");
            FinishedRequest logged = proxy.log().only();
            assertThat(logged.attempts()).isEqualTo(3);
            assertThat(logged.flags()).isEmpty();
        }
    }

    @Test
    void lastAnswerStandsWhenRetriesAreExhausted() throws IOException {
        try (TestUpstream upstream = failing(9, UNAVAILABLE);
                TestProxy proxy = new TestProxy(forwarding(
                        Action.to("v1").retries(on(2, 0, Condition.GATEWAY_ERROR)),
                        cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            HttpMessage response = client.get("app.test", "/");
            assertThat(response.status()).isEqualTo(503);
            assertThat(response.text()).isEqualTo("busy");
            assertThat(upstream.requests()).hasSize(3);
            FinishedRequest logged = proxy.log().only();
            assertThat(logged.flags()).containsExactly(ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED);
            assertThat(logged.details()).isEqualTo("via_upstream");
        }
    }

    @Test
    void defaultPolicyDoesNotRetryA503() throws IOException {
        try (TestUpstream upstream = failing(1, UNAVAILABLE);
                TestProxy proxy = new TestProxy(
                        forwarding(Action.to("v1").retries(RetryPolicy.DEFAULT), cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            assertThat(client.get("app.test", "/").status()).isEqualTo(503);
            assertThat(upstream.requests()).hasSize(1);
        }
    }

    @Test
    void refusedConnectionIsTriedOnAnotherEndpoint() throws IOException {
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy = new TestProxy(forwarding(
                        Action.to("v1").retries(RetryPolicy.DEFAULT),
                        cluster("v1", endpoint(freePort()), upstream.endpoint())))) {
            for (int i = 0; i < 10; i++) {
                try (TestClient client = proxy.client()) {
                    assertThat(client.post("app.test", "/", "once").status()).isEqualTo(200);
                }
            }
            assertThat(upstream.requests()).hasSize(10);
            assertThat(proxy.log().await(10))
                    .anySatisfy(logged -> assertThat(logged.attempts()).isEqualTo(2));
        }
    }

    @Test
    void refusedConnectionEverywhereAnswersUFAndURX() throws IOException {
        try (TestProxy proxy = new TestProxy(
                        forwarding(Action.to("v1").retries(RetryPolicy.DEFAULT), cluster("v1", endpoint(freePort()))));
                TestClient client = proxy.client()) {
            assertThat(client.get("app.test", "/").status()).isEqualTo(503);
            FinishedRequest logged = proxy.log().only();
            assertThat(logged.attempts()).isEqualTo(3);
            assertThat(logged.flags())
                    .isEqualTo(EnumSet.of(
                            ResponseFlag.UPSTREAM_CONNECTION_FAILURE, ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED));
        }
    }

    @Test
    void slowTryIsGivenUpAndTriedAgain() throws IOException {
        AtomicInteger connections = new AtomicInteger();
        try (TestUpstream upstream = TestUpstream.serving((self, socket) -> {
                    InputStream in = new BufferedInputStream(socket.getInputStream());
                    boolean isFirst = connections.getAndIncrement() == 0;
                    while (self.receive(in) != null) {
                        if (!isFirst) {
                            socket.getOutputStream()
                                    .write(TestUpstream.ok("hello").getBytes(StandardCharsets.ISO_8859_1));
                        }
                    }
                });
                TestProxy proxy = new TestProxy(forwarding(
                        Action.to("v1").timeout(5_000).retries(on(2, 60, Condition.FIVE_XX)),
                        cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            assertThat(client.get("app.test", "/").text()).isEqualTo("hello");
            assertThat(proxy.log().only().attempts()).isEqualTo(2);
        }
    }

    @Test
    void perTryTimeoutWithoutRetriesLeftAnswers504() throws IOException {
        try (TestUpstream upstream = TestUpstream.serving((self, socket) -> {
                    InputStream in = socket.getInputStream();
                    while (self.receive(in) != null) {}
                });
                TestProxy proxy = new TestProxy(forwarding(
                        Action.to("v1").retries(on(1, 50, Condition.CONNECT_FAILURE)),
                        cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            assertThat(client.get("app.test", "/").status()).isEqualTo(504);
            assertThat(proxy.log().only().details()).isEqualTo("upstream_per_try_timeout");
        }
    }

    @Test
    void timeoutIsTheBudgetOfAllTries() throws IOException {
        try (TestUpstream upstream = failing(10_000, UNAVAILABLE);
                TestProxy proxy = new TestProxy(forwarding(
                        Action.to("v1")
                                .timeout(150)
                                .retries(new RetryPolicy(10_000, 0, Set.of(Condition.FIVE_XX), Set.of(), 25, true)),
                        cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            assertThat(client.get("app.test", "/").status()).isEqualTo(504);
            FinishedRequest logged = proxy.log().only();
            assertThat(logged.flags()).contains(ResponseFlag.UPSTREAM_REQUEST_TIMEOUT);
            assertThat(logged.durationNanos()).isBetween(150_000_000L, 5_000_000_000L);
        }
    }

    @Test
    void bodyTooLargeToKeepIsNotSentTwice() throws IOException {
        try (TestUpstream upstream = failing(1, UNAVAILABLE);
                TestProxy proxy = new TestProxy(forwarding(
                        Action.to("v1").retries(on(3, 0, Condition.FIVE_XX)), cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            assertThat(client.post("app.test", "/", "x".repeat(200_000)).status())
                    .isEqualTo(503);
            assertThat(upstream.requests()).hasSize(1);
            assertThat(upstream.lastRequest().bodyLength()).isEqualTo(200_000);
        }
    }

    /** Serves one request per connection, then closes it without a word when the next one comes. */
    private static TestUpstream stale() throws IOException {
        return TestUpstream.serving((self, socket) -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            self.receive(in);
            socket.getOutputStream().write(TestUpstream.ok("hello").getBytes(StandardCharsets.ISO_8859_1));
            self.receive(in);
        });
    }

    @Test
    void idempotentRequestSurvivesAStaleConnection() throws IOException {
        try (TestUpstream upstream = stale();
                TestProxy proxy = new TestProxy(
                        forwarding(Action.to("v1").retries(RetryPolicy.DEFAULT), cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            assertThat(client.get("app.test", "/1").status()).isEqualTo(200);
            assertThat(client.get("app.test", "/2").status()).isEqualTo(200);
            assertThat(upstream.requests()).hasSize(3);
        }
    }

    @Test
    void postIsNotSentTwiceOverAStaleConnection() throws IOException {
        try (TestUpstream upstream = stale();
                TestProxy proxy = new TestProxy(
                        forwarding(Action.to("v1").retries(RetryPolicy.DEFAULT), cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            assertThat(client.post("app.test", "/1", "a").status()).isEqualTo(200);
            assertThat(client.post("app.test", "/2", "b").status()).isEqualTo(503);
            assertThat(upstream.requests()).hasSize(2);
            assertThat(proxy.log().await(2).get(1).flags())
                    .containsExactly(ResponseFlag.UPSTREAM_CONNECTION_TERMINATION);
        }
    }

    @Test
    void closedIdleConnectionIsNotUsedAgain() throws IOException {
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy = new TestProxy(forwarding(Action.to("v1"), cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            client.post("app.test", "/1", "a");
            upstream.closeConnections();
            Awaitility.await()
                    .until(() -> proxy.server().dataPlane().serving().clusters().values().stream()
                            .allMatch(cluster -> cluster.endpoints().get(0).openConnections() == 0));
            assertThat(client.post("app.test", "/2", "b").status()).isEqualTo(200);
        }
    }

    /** Two endpoints at home, one elsewhere: priorities 0 and 1. */
    private static Cluster withFailover(Endpoint home, Endpoint other, Endpoint elsewhere) {
        return balanced(
                cluster("v1", home, other, elsewhere),
                new LoadBalancing(
                        Cluster.LbPolicy.ROUND_ROBIN,
                        0,
                        null,
                        new Failover(List.of(), true, Locality.parse("home/z/s"), null),
                        null));
    }

    @Test
    void tryAfterTheSecondLeavesTheLocalityIfItMay() throws IOException {
        for (boolean isRemote : new boolean[] {true, false}) {
            try (TestUpstream far = TestUpstream.saying("far");
                    TestProxy proxy = new TestProxy(forwarding(
                            Action.to("v1")
                                    .retries(new RetryPolicy(
                                            3,
                                            0,
                                            Set.of(Condition.CONNECT_FAILURE),
                                            Set.of(),
                                            1,
                                            true,
                                            false,
                                            isRemote,
                                            Set.of())),
                            withFailover(
                                    at("home/z/s", freePort()),
                                    at("home/z/s", freePort()),
                                    at("far/z/s", far.port()))));
                    TestClient client = proxy.client()) {
                HttpMessage response = client.get("app.test", "/");
                FinishedRequest logged = proxy.log().only();
                assertThat(response.status()).isEqualTo(isRemote ? 200 : 503);
                assertThat(logged.attempts()).isEqualTo(isRemote ? 3 : 4);
            }
        }
    }

    private static Endpoint at(String locality, int port) {
        return new Endpoint("127.0.0.1", port, 1, Map.of(), locality, "");
    }

    @Test
    void retryNeverMeetsAnEndpointTwiceWhileThereIsAnother() throws IOException {
        try (TestUpstream well = TestUpstream.saying("well");
                TestProxy proxy = new TestProxy(forwarding(
                        Action.to("v1").retries(on(2, 0, Condition.CONNECT_FAILURE)),
                        balanced(
                                cluster("v1", endpoint(freePort()), endpoint(freePort()), well.endpoint()),
                                LoadBalancing.of(Cluster.LbPolicy.LEAST_REQUEST))));
                TestClient client = proxy.client()) {
            for (int i = 0; i < 200; i++) {
                assertThat(client.get("app.test", "/").status()).isEqualTo(200);
            }
        }
    }

    @Test
    void applicationAsksForRetriesOfItsOwnIfItsAddressIsOfTheMesh() throws IOException {
        String again = "HTTP/1.1 200 OK\r\nx-try-again: please\r\ncontent-length: 0\r\n\r\n";
        for (String address : new String[] {"10.0.0.1", "8.8.8.8"}) {
            try (TestUpstream upstream = failing(1, again);
                    TestProxy proxy = new TestProxy(Snapshots.of(
                            Snapshots.SIDECAR,
                            1,
                            Snapshots.host(Action.to("v1").forward()),
                            cluster("v1", upstream.endpoint())));
                    TestClient client = proxy.client()) {
                HttpMessage response = client.get(
                        "app.test",
                        "/",
                        "x-forwarded-for: " + address,
                        "x-envoy-retry-on: retriable-headers",
                        "x-envoy-retriable-header-names: X-Try-Again");
                boolean isObeyed = address.startsWith("10.");
                assertThat(response.text()).isEqualTo(isObeyed ? "hello" : "");
                assertThat(proxy.log().only().attempts()).isEqualTo(isObeyed ? 2 : 1);
                assertThat(upstream.lastRequest().field("x-envoy-retry-on")).isNull();
            }
        }
    }
}
