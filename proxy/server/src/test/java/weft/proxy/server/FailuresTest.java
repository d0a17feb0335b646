package weft.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.endpoint;
import static weft.proxy.testing.Snapshots.forwarding;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import weft.proxy.telemetry.FinishedRequest;
import weft.proxy.testing.HttpMessage;
import weft.proxy.testing.Snapshots;
import weft.proxy.testing.Snapshots.Action;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;
import weft.routing.cluster.ConnectionPoolSettings;
import weft.routing.http.ResponseFlag;
import weft.routing.route.Fault;
import weft.routing.route.RouteMatch;
import weft.routing.route.VirtualHost;

/** What client and access log see of each failure: the table of Istio's answers, row by row. */
class FailuresTest {

    private static void assertLogged(FinishedRequest logged, int status, String details, ResponseFlag... flags) {
        assertThat(logged.responseCode()).isEqualTo(status);
        assertThat(logged.flags()).isEqualTo(Set.of(flags));
        assertThat(logged.details()).isEqualTo(details);
    }

    @Test
    void unknownHostAnswers404NR() throws IOException {
        try (TestProxy proxy = new TestProxy(forwarding(Action.to("v1")));
                TestClient client = proxy.client()) {
            HttpMessage response = client.get("other.test", "/");
            assertThat(response.status()).isEqualTo(404);
            assertThat(response.text()).isEmpty();
            assertThat(response.field("server")).isEqualTo("istio-envoy");
            assertLogged(proxy.log().only(), 404, "route_not_found", ResponseFlag.NO_ROUTE_FOUND);
        }
    }

    @Test
    void noMatchingRouteAnswers404NR() throws IOException {
        VirtualHost host = new VirtualHost(
                "app",
                List.of("app.test"),
                List.of(Snapshots.route(
                        RouteMatch.prefix("/api"), Action.to("v1").forward())),
                false);
        try (TestProxy proxy = new TestProxy(Snapshots.of(Snapshots.GATEWAY, 7, host));
                TestClient client = proxy.client()) {
            assertThat(client.get("app.test", "/other").status()).isEqualTo(404);
            FinishedRequest logged = proxy.log().only();
            assertLogged(logged, 404, "route_not_found", ResponseFlag.NO_ROUTE_FOUND);
            assertThat(logged.bundleRevision()).isEqualTo(7);
        }
    }

    @Test
    void unknownClusterAnswers503NC() throws IOException {
        try (TestProxy proxy = new TestProxy(forwarding(Action.to("missing")));
                TestClient client = proxy.client()) {
            assertThat(client.get("app.test", "/").status()).isEqualTo(503);
            FinishedRequest logged = proxy.log().only();
            assertLogged(logged, 503, "cluster_not_found", ResponseFlag.NO_CLUSTER_FOUND);
            assertThat(logged.clusterName()).isEqualTo(Snapshots.name("missing"));
            assertThat(logged.cluster()).isNull();
        }
    }

    @Test
    void clusterWithoutEndpointsAnswers503UH() throws IOException {
        try (TestProxy proxy = new TestProxy(forwarding(Action.to("v1"), cluster("v1")));
                TestClient client = proxy.client()) {
            HttpMessage response = client.get("app.test", "/");
            assertThat(response.status()).isEqualTo(503);
            assertThat(response.text()).isEqualTo("no healthy upstream");
            assertLogged(proxy.log().only(), 503, "no_healthy_upstream", ResponseFlag.NO_HEALTHY_UPSTREAM);
        }
    }

    @Test
    void refusedConnectionAnswers503UF() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        try (TestProxy proxy = new TestProxy(forwarding(Action.to("v1"), cluster("v1", endpoint(free))));
                TestClient client = proxy.client()) {
            HttpMessage response = client.get("app.test", "/");
            assertThat(response.status()).isEqualTo(503);
            assertThat(response.text())
                    .isEqualTo("upstream connect error or disconnect/reset before headers. reset reason:"
                            + " remote connection failure, transport failure reason: delayed connect error:"
                            + " Connection refused");
            FinishedRequest logged = proxy.log().only();
            assertLogged(
                    logged,
                    503,
                    "upstream_reset_before_response_started{remote_connection_failure,"
                            + "delayed_connect_error:_Connection_refused}",
                    ResponseFlag.UPSTREAM_CONNECTION_FAILURE);
            assertThat(logged.endpoint()).isEqualTo(endpoint(free));
            assertThat(logged.upstreamFailure()).isEqualTo("delayed connect error: Connection refused");
        }
    }

    @Test
    void upstreamThatClosesBeforeItsHeadAnswers503UC() throws IOException {
        try (TestUpstream upstream = TestUpstream.serving((self, socket) -> self.receive(socket.getInputStream()));
                TestProxy proxy = new TestProxy(forwarding(Action.to("v1"), cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            HttpMessage response = client.get("app.test", "/");
            assertThat(response.status()).isEqualTo(503);
            assertThat(response.text())
                    .isEqualTo("upstream connect error or disconnect/reset before headers. reset reason:"
                            + " connection termination");
            assertLogged(
                    proxy.log().only(),
                    503,
                    "upstream_reset_before_response_started{connection_termination}",
                    ResponseFlag.UPSTREAM_CONNECTION_TERMINATION);
            assertThat(client.get("app.test", "/again").status()).isEqualTo(503);
        }
    }

    @Test
    void upstreamThatTalksNonsenseAnswers502UPE() throws IOException {
        try (TestUpstream upstream = TestUpstream.answering(request -> "SMTP ready\r\n\r\n");
                TestProxy proxy = new TestProxy(forwarding(Action.to("v1"), cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            assertThat(client.get("app.test", "/").status()).isEqualTo(502);
            assertLogged(
                    proxy.log().only(),
                    502,
                    "upstream_reset_before_response_started{protocol_error}",
                    ResponseFlag.UPSTREAM_PROTOCOL_ERROR);
        }
    }

    @Test
    void upstreamThatClosesInTheBodyCutsTheResponse() throws IOException {
        try (TestUpstream upstream = TestUpstream.serving((self, socket) -> {
                    self.receive(socket.getInputStream());
                    socket.getOutputStream()
                            .write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"
                                    .getBytes(StandardCharsets.ISO_8859_1));
                });
                TestProxy proxy = new TestProxy(forwarding(Action.to("v1"), cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            client.send("GET / HTTP/1.1\r\nhost: app.test\r\n\r\n");
            HttpMessage head = HttpMessage.readHead(client.in());
            assertThat(head).isNotNull();
            assertThat(new String(client.in().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .isEqualTo("half");
            FinishedRequest logged = proxy.log().only();
            assertLogged(
                    logged,
                    200,
                    "upstream_reset_after_response_started{connection_termination}",
                    ResponseFlag.UPSTREAM_CONNECTION_TERMINATION);
            assertThat(logged.bytesSent()).isEqualTo(4);
        }
    }

    @Test
    void slowUpstreamAnswers504UT() throws IOException {
        try (TestUpstream upstream = silent();
                TestProxy proxy =
                        new TestProxy(forwarding(Action.to("v1").timeout(80), cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            HttpMessage response = client.get("app.test", "/");
            assertThat(response.status()).isEqualTo(504);
            assertThat(response.text()).isEqualTo("upstream request timeout");
            FinishedRequest logged = proxy.log().only();
            assertLogged(logged, 504, "upstream_response_timeout", ResponseFlag.UPSTREAM_REQUEST_TIMEOUT);
            assertThat(logged.durationNanos()).isGreaterThanOrEqualTo(80_000_000L);
            Awaitility.await().until(() -> upstream.openConnections() == 0);
        }
    }

    private static TestUpstream silent() throws IOException {
        return TestUpstream.serving((self, socket) -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (self.receive(in) != null) {}
        });
    }

    @Test
    void overflowAnswers503UO() throws IOException {
        ConnectionPoolSettings oneRequest = new ConnectionPoolSettings(1_000, 1_000, 1_000, 1, 0, 1_000, 60_000, 0);
        try (TestUpstream upstream = silent();
                TestProxy proxy =
                        new TestProxy(forwarding(Action.to("v1"), cluster("v1", oneRequest, upstream.endpoint())));
                TestClient first = proxy.client();
                TestClient second = proxy.client()) {
            first.send("GET /first HTTP/1.1\r\nhost: app.test\r\n\r\n");
            Awaitility.await().until(() -> upstream.requests().size() == 1);
            HttpMessage response = second.get("app.test", "/second");
            assertThat(response.status()).isEqualTo(503);
            assertThat(response.field("x-envoy-overloaded")).isEqualTo("true");
            assertLogged(
                    proxy.log().only(),
                    503,
                    "upstream_reset_before_response_started{overflow}",
                    ResponseFlag.UPSTREAM_OVERFLOW);
        }
    }

    @Test
    void pendingOverflowAnswers503UO() throws IOException {
        ConnectionPoolSettings oneConnection = new ConnectionPoolSettings(1, 1_000, 1, 1_000, 0, 1_000, 60_000, 0);
        try (TestUpstream upstream = silent();
                TestProxy proxy = new TestProxy(
                        forwarding(Action.to("v1"), cluster("v1", oneConnection, upstream.endpoint())), 1);
                TestClient first = proxy.client();
                TestClient second = proxy.client();
                TestClient third = proxy.client()) {
            first.send("GET /first HTTP/1.1\r\nhost: app.test\r\n\r\n");
            Awaitility.await().until(() -> upstream.requests().size() == 1);
            second.send("GET /second HTTP/1.1\r\nhost: app.test\r\n\r\n");
            Awaitility.await().until(() -> proxy.server().dataPlane().activeRequests() == 2);
            assertThat(third.get("app.test", "/third").status()).isEqualTo(503);
            assertThat(upstream.connections()).isEqualTo(1);
        }
    }

    @Test
    void clientThatLeavesIsLoggedAsDCAndUpstreamIsCancelled() throws IOException {
        try (TestUpstream upstream = silent();
                TestProxy proxy = new TestProxy(forwarding(Action.to("v1"), cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            client.send("GET / HTTP/1.1\r\nhost: app.test\r\n\r\n");
            Awaitility.await().until(() -> upstream.requests().size() == 1);
            client.abort();
            assertLogged(
                    proxy.log().only(),
                    0,
                    "downstream_remote_disconnect",
                    ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION);
            Awaitility.await().until(() -> upstream.openConnections() == 0);
            assertThat(proxy.server().dataPlane().activeRequests()).isZero();
        }
    }

    @Test
    void malformedRequestIsAnsweredAndLogged() throws IOException {
        try (TestProxy proxy = new TestProxy(forwarding(Action.to("v1")));
                TestClient client = proxy.client()) {
            client.send("GET / HTTP/1.1\r\nhost: app.test\r\nbad header\r\n\r\n");
            assertThat(client.receive().status()).isEqualTo(400);
            assertThat(client.isClosedByPeer()).isTrue();
            FinishedRequest logged = proxy.log().only();
            assertThat(logged.responseCode()).isEqualTo(400);
            assertThat(logged.details()).startsWith("http1.");
            assertThat(logged.flags()).containsExactly(ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR);
        }
    }

    @Test
    void abortedFaultAnswersItsStatusWithFI() throws IOException {
        Fault fault = new Fault(null, new Fault.Abort(100, 418, null));
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy =
                        new TestProxy(forwarding(Action.to("v1").fault(fault), cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            HttpMessage response = client.get("app.test", "/");
            assertThat(response.status()).isEqualTo(418);
            assertThat(response.text()).isEqualTo("fault filter abort");
            FinishedRequest logged = proxy.log().only();
            assertLogged(logged, 418, "fault_filter_abort", ResponseFlag.FAULT_INJECTED);
            assertThat(logged.clusterName()).isEqualTo(Snapshots.name("v1"));
            assertThat(upstream.requests()).isEmpty();
        }
    }

    @Test
    void delayedFaultHoldsTheRequestWithDI() throws IOException {
        Fault fault = new Fault(new Fault.Delay(100, 120), null);
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy = new TestProxy(
                        forwarding(Action.to("v1").timeout(60).fault(fault), cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            assertThat(client.post("app.test", "/", "body").text()).isEqualTo("hello");
            FinishedRequest logged = proxy.log().only();
            assertLogged(logged, 200, "via_upstream", ResponseFlag.DELAY_INJECTED);
            assertThat(logged.durationNanos()).isGreaterThanOrEqualTo(120_000_000L);
            assertThat(upstream.lastRequest().text()).isEqualTo("body");
        }
    }

    @Test
    void grpcClientGetsItsFailureAsGrpcStatus() throws IOException {
        try (TestProxy proxy = new TestProxy(forwarding(Action.to("v1"), cluster("v1")));
                TestClient client = proxy.client()) {
            HttpMessage response = client.post("app.test", "/s/m", "", "content-type: application/grpc");
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.field("grpc-status")).isEqualTo("14");
            assertThat(response.field("grpc-message")).isEqualTo("no healthy upstream");
            assertThat(proxy.log().only().grpcStatus()).isEqualTo(14);
        }
    }
}
