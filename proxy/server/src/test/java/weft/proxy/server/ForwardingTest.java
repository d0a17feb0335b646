package weft.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.testing.Snapshots.GATEWAY;
import static weft.proxy.testing.Snapshots.SIDECAR;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.forwarding;
import static weft.proxy.testing.Snapshots.host;
import static weft.proxy.testing.Snapshots.name;
import static weft.proxy.testing.Snapshots.of;
import static weft.proxy.testing.Snapshots.route;

import com.google.re2j.Pattern;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
import weft.routing.cluster.Cluster;
import weft.routing.cluster.ConnectionPoolSettings;
import weft.routing.cluster.LoadBalancing;
import weft.routing.http.ResponseFlag;
import weft.routing.route.DirectResponse;
import weft.routing.route.HeaderOperations;
import weft.routing.route.HeaderOperations.Field;
import weft.routing.route.PathRewrite;
import weft.routing.route.Redirect;
import weft.routing.route.Route;
import weft.routing.route.RouteMatch;
import weft.routing.route.StringMatcher;
import weft.routing.route.VirtualHost;
import weft.routing.route.WeightedCluster;

/** What a request and its response look like on the other side, and in the access log. */
class ForwardingTest {

    @Test
    void requestIsForwardedAndLogged() throws IOException {
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy = new TestProxy(forwarding(Action.to("v1"), cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            HttpMessage response = client.post("app.test", "/path?q=1", "payload", "user-agent: test/1", "x-keep: yes");
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.text()).isEqualTo("hello");
            assertThat(response.field("server")).isEqualTo("istio-envoy");
            assertThat(response.field("date")).endsWith("GMT");
            assertThat(response.field("x-envoy-upstream-service-time")).matches("\\d+");
            HttpMessage request = upstream.lastRequest();
            assertThat(request.startLine()).isEqualTo("POST /path?q=1 HTTP/1.1");
            assertThat(request.field("host")).isEqualTo("app.test");
            assertThat(request.field("x-keep")).isEqualTo("yes");
            assertThat(request.field("x-envoy-attempt-count")).isEqualTo("1");
            assertThat(request.text()).isEqualTo("payload");
            FinishedRequest logged = proxy.log().only();
            assertThat(logged.responseCode()).isEqualTo(200);
            assertThat(logged.details()).isEqualTo("via_upstream");
            assertThat(logged.flags()).isEmpty();
            assertThat(logged.bytesReceived()).isEqualTo(7);
            assertThat(logged.bytesSent()).isEqualTo(5);
            assertThat(logged.path()).isEqualTo("/path?q=1");
            assertThat(logged.endpoint()).isEqualTo(upstream.endpoint());
            assertThat(logged.subset()).isEqualTo("v1");
            assertThat(logged.attempts()).isEqualTo(1);
            assertThat(logged.weightDraw()).isEqualTo(-1);
            assertThat(logged.userAgent()).isEqualTo("test/1");
            assertThat(logged.requestId()).isEqualTo(request.field("x-request-id"));
            assertThat(logged.upstreamNanos()).isBetween(1L, logged.durationNanos());
            assertThat(logged.upstreamLocalAddress()).startsWith("127.0.0.1:");
            assertThat(logged.downstreamLocalAddress()).isEqualTo("127.0.0.1:" + proxy.port());
        }
    }

    @Test
    void gatewayBelievesNoInternalHeaders() throws IOException {
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy = new TestProxy(forwarding(Action.to("v1"), cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            client.get(
                    "app.test",
                    "/",
                    "x-envoy-original-path: /admin",
                    "x-forwarded-for: 203.0.113.9",
                    "X-Envoy-Retry-On: 5xx",
                    "x-envoy-retry-on: reset",
                    "x-forwarded-client-cert: By=me",
                    "x-forwarded-proto: https",
                    "x-request-id: mine",
                    "traceparent: 00-a-b-01");
            HttpMessage request = upstream.lastRequest();
            assertThat(request.field("x-envoy-original-path")).isNull();
            assertThat(request.fieldsNamed("x-envoy-retry-on")).isEmpty();
            assertThat(request.field("x-forwarded-client-cert")).isNull();
            assertThat(request.fieldsNamed("x-forwarded-for")).containsExactly("203.0.113.9, 127.0.0.1");
            assertThat(request.fieldsNamed("x-forwarded-proto")).containsExactly("http");
            assertThat(request.field("x-request-id")).isEqualTo("mine");
            assertThat(request.field("traceparent")).isEqualTo("00-a-b-01");
            assertThat(proxy.log().only().traceparent()).isEqualTo("00-a-b-01");
        }
    }

    @Test
    void sidecarKeepsWhatTheLastProxySaid() throws IOException {
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy = new TestProxy(
                        of(SIDECAR, 1, host(Action.to("v1").forward()), cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            client.get("app.test", "/", "x-forwarded-for: 203.0.113.9", "x-forwarded-proto: https");
            HttpMessage request = upstream.lastRequest();
            assertThat(request.fieldsNamed("x-forwarded-for")).containsExactly("203.0.113.9");
            assertThat(request.fieldsNamed("x-forwarded-proto")).containsExactly("https");
            assertThat(request.field("x-request-id"))
                    .matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
        }
    }

    @Test
    void pathAndAuthorityAreRewritten() throws IOException {
        Action action =
                Action.to("v1").rewrite(new PathRewrite.Prefix(4, "/v2")).authority("inner.test");
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy = new TestProxy(forwarding(action, cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            client.get("app.test", "/api/x?y=1");
            HttpMessage request = upstream.lastRequest();
            assertThat(request.target()).isEqualTo("/v2/x?y=1");
            assertThat(request.field("host")).isEqualTo("inner.test");
            assertThat(request.field("x-envoy-original-path")).isEqualTo("/api/x?y=1");
            FinishedRequest logged = proxy.log().only();
            assertThat(logged.path()).isEqualTo("/api/x?y=1");
            assertThat(logged.authority()).isEqualTo("app.test");
        }
    }

    private static HeaderOperations setting(String value) {
        return new HeaderOperations(
                List.of("x-gone"), List.of(new Field("x-level", value)), List.of(new Field("x-all", value)));
    }

    private static WeightedCluster destination(String subset, HeaderOperations operations) {
        return new WeightedCluster(name(subset), "app.test", subset, 1, operations, operations);
    }

    private static Route routeSetting(Action action) {
        return new Route("r", RouteMatch.ANY, action.forward(), setting("route"), setting("route"), null);
    }

    @Test
    void onlyDestinationWinsOverRouteAndRouteOverSeveral() throws IOException {
        Action one = Action.to("v1").weighted(destination("v1", setting("destination")));
        Action two = Action.to("v1")
                .weighted(destination("v1", setting("destination")), destination("v1", setting("destination")));
        try (TestUpstream upstream =
                        TestUpstream.answering(request -> "HTTP/1.1 200 OK\r\nx-gone: 1\r\ncontent-length: 0\r\n\r\n");
                TestProxy proxy = new TestProxy(of(
                        GATEWAY,
                        1,
                        new VirtualHost("app", List.of("app.test"), List.of(routeSetting(one)), false),
                        cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            HttpMessage response = client.get("app.test", "/", "x-gone: 1", "x-level: client");
            assertThat(upstream.lastRequest().fieldsNamed("x-level")).containsExactly("destination");
            assertThat(upstream.lastRequest().fieldsNamed("x-all")).containsExactly("route", "destination");
            assertThat(upstream.lastRequest().field("x-gone")).isNull();
            assertThat(response.fieldsNamed("x-level")).containsExactly("destination");
            assertThat(response.field("x-gone")).isNull();
            proxy.server()
                    .installer()
                    .install(of(
                            GATEWAY,
                            2,
                            new VirtualHost("app", List.of("app.test"), List.of(routeSetting(two)), false),
                            cluster("v1", upstream.endpoint())));
            assertThat(client.get("app.test", "/").fieldsNamed("x-level")).containsExactly("route");
            assertThat(upstream.lastRequest().fieldsNamed("x-level")).containsExactly("route");
            assertThat(upstream.lastRequest().fieldsNamed("x-all")).containsExactly("destination", "route");
        }
    }

    @Test
    void directResponseAndRedirectAnswerThemselves() throws IOException {
        VirtualHost virtualHost = new VirtualHost(
                "app",
                List.of("app.test"),
                List.of(
                        route(
                                RouteMatch.prefix("/direct"),
                                new DirectResponse(503, "busy".getBytes(StandardCharsets.UTF_8))),
                        route(RouteMatch.prefix("/old"), new Redirect(302, "https", null, null, "/new", 4, null))),
                false);
        try (TestProxy proxy = new TestProxy(of(GATEWAY, 1, virtualHost));
                TestClient client = proxy.client()) {
            HttpMessage direct = client.get("app.test", "/direct");
            assertThat(direct.status()).isEqualTo(503);
            assertThat(direct.text()).isEqualTo("busy");
            HttpMessage head = client.request("HEAD", "app.test", "/direct", "");
            assertThat(head.field("content-length")).isEqualTo("4");
            HttpMessage redirect = client.get("app.test", "/old/x?y=1");
            assertThat(redirect.status()).isEqualTo(302);
            assertThat(redirect.field("location")).isEqualTo("https://app.test/new/x?y=1");
            assertThat(proxy.log().await(3)).allSatisfy(logged -> {
                assertThat(logged.details()).isEqualTo("direct_response");
                assertThat(logged.flags()).isEmpty();
                assertThat(logged.route()).isNotNull();
            });
        }
    }

    @Test
    void hostThatWantsTlsRedirectsToHttps() throws IOException {
        VirtualHost virtualHost = new VirtualHost("app", List.of("app.test"), List.of(), true);
        try (TestProxy proxy = new TestProxy(of(GATEWAY, 1, virtualHost));
                TestClient client = proxy.client()) {
            HttpMessage response = client.get("app.test", "/x?y");
            assertThat(response.status()).isEqualTo(301);
            assertThat(response.field("location")).isEqualTo("https://app.test/x?y");
        }
    }

    @Test
    void weightsHoldWithinThreeSigma() throws IOException {
        int requests = 2_000;
        WeightedCluster[] weighted = {Snapshots.to("v1", 90), Snapshots.to("v2", 10)};
        try (TestUpstream v1 = TestUpstream.saying("v1");
                TestUpstream v2 = TestUpstream.saying("v2");
                TestProxy proxy = new TestProxy(forwarding(
                        Action.to("v1").weighted(weighted),
                        cluster("v1", v1.endpoint()),
                        cluster("v2", v2.endpoint())));
                TestClient client = proxy.client()) {
            Map<String, Integer> seen = new HashMap<>();
            for (int i = 0; i < requests; i++) {
                seen.merge(client.get("app.test", "/").text(), 1, Integer::sum);
            }
            double sigma = Math.sqrt(requests * 0.9 * 0.1);
            assertThat((double) seen.getOrDefault("v1", 0))
                    .isBetween(0.9 * requests - 3 * sigma, 0.9 * requests + 3 * sigma);
            assertThat(proxy.log().await(requests)).allSatisfy(logged -> {
                assertThat(logged.weightDraw()).isNotNegative();
                assertThat(logged.subset()).isEqualTo(logged.weightDraw() % 100 < 90 ? "v1" : "v2");
            });
        }
    }

    @Test
    void mirrorGetsACopyAndNeverDelaysTheRequest() throws IOException {
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestUpstream mirror = TestUpstream.serving((self, socket) -> {
                    self.receive(socket.getInputStream());
                    Thread.sleep(10_000);
                });
                TestProxy proxy = new TestProxy(forwarding(
                        Action.to("v1").mirror("v2"),
                        cluster("v1", upstream.endpoint()),
                        cluster("v2", mirror.endpoint())));
                TestClient client = proxy.client()) {
            assertThat(client.post("app.test", "/x", "payload").text()).isEqualTo("hello");
            Awaitility.await().until(() -> mirror.requests().size() == 1);
            assertThat(mirror.lastRequest().field("host")).isEqualTo("app.test-shadow");
            assertThat(mirror.lastRequest().text()).isEqualTo("payload");
            assertThat(proxy.log().only().endpoint()).isEqualTo(upstream.endpoint());
        }
    }

    @Test
    void connectionsAreKeptAliveOnBothSides() throws IOException {
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy = new TestProxy(forwarding(Action.to("v1"), cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            for (int i = 0; i < 20; i++) {
                assertThat(client.get("app.test", "/" + i).status()).isEqualTo(200);
            }
            assertThat(upstream.connections()).isEqualTo(1);
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws IOException {
        try (TestUpstream upstream = TestUpstream.answering(request -> TestUpstream.ok(request.target()));
                TestProxy proxy = new TestProxy(forwarding(Action.to("v1"), cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                all.append("GET /").append(i).append(" HTTP/1.1\r\nhost: app.test\r\n\r\n");
            }
            client.send(all.toString());
            for (int i = 0; i < 50; i++) {
                assertThat(client.receive().text()).isEqualTo("/" + i);
            }
            assertThat(proxy.log().await(50)).hasSize(50);
        }
    }

    @Test
    void chunkedBodiesAndTrailersPass() throws IOException {
        try (TestUpstream upstream = TestUpstream.answering(request -> "HTTP/1.1 200 OK\r\n"
                        + "transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-end: yes\r\n\r\n");
                TestProxy proxy = new TestProxy(forwarding(Action.to("v1"), cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            client.send("POST / HTTP/1.1\r\nhost: app.test\r\ntransfer-encoding: chunked\r\n\r\n"
                    + "4\r\nbody\r\n0\r\nx-sum: 1\r\n\r\n");
            HttpMessage response = client.receive();
            assertThat(response.text()).isEqualTo("abc");
            assertThat(response.trailers()).containsExactly("x-end: yes");
            assertThat(upstream.lastRequest().text()).isEqualTo("body");
            assertThat(upstream.lastRequest().trailers()).containsExactly("x-sum: 1");
        }
    }

    @Test
    void connectionServesOnlySoManyRequestsWhenLimited() throws IOException {
        ConnectionPoolSettings twoEach = new ConnectionPoolSettings(100, 1_000, 100, 100, 2, 100, 60_000, 0);
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy =
                        new TestProxy(forwarding(Action.to("v1"), cluster("v1", twoEach, upstream.endpoint())));
                TestClient client = proxy.client()) {
            for (int i = 0; i < 6; i++) {
                client.get("app.test", "/");
            }
            assertThat(upstream.connections()).isEqualTo(3);
            Awaitility.await().until(() -> upstream.openConnections() == 0);
        }
    }

    @Test
    void idleConnectionIsClosedAfterItsTimeout() throws IOException {
        ConnectionPoolSettings shortIdle = new ConnectionPoolSettings(100, 1_000, 100, 100, 0, 100, 100, 0);
        try (TestUpstream upstream = TestUpstream.saying("hello");
                TestProxy proxy =
                        new TestProxy(forwarding(Action.to("v1"), cluster("v1", shortIdle, upstream.endpoint())));
                TestClient client = proxy.client()) {
            client.get("app.test", "/");
            Awaitility.await().until(() -> upstream.openConnections() == 0);
            assertThat(client.get("app.test", "/").status()).isEqualTo(200);
        }
    }

    @Test
    void unknownHostPassesThroughWhereItsAuthoritySays() throws IOException {
        Cluster passthrough = new Cluster(
                "PassthroughCluster",
                "",
                "",
                0,
                "",
                Cluster.Discovery.ORIGINAL_DST,
                List.of(),
                LoadBalancing.of(Cluster.LbPolicy.PASSTHROUGH),
                ConnectionPoolSettings.DEFAULT);
        try (TestUpstream upstream = TestUpstream.saying("outside");
                TestProxy proxy =
                        new TestProxy(of(SIDECAR, 1, host(Action.to("v1").forward()), passthrough));
                TestClient client = proxy.client()) {
            assertThat(client.get("localhost:" + upstream.port(), "/a").text()).isEqualTo("outside");
            assertThat(client.get("127.0.0.1:" + upstream.port(), "/b").text()).isEqualTo("outside");
            assertThat(client.get("127.0.0.1:" + proxy.port(), "/loop").status())
                    .isEqualTo(503);
            FinishedRequest logged = proxy.log().await(3).get(0);
            assertThat(logged.clusterName()).isEqualTo("PassthroughCluster");
            assertThat(client.get("no-such-name.invalid:81", "/c").status()).isEqualTo(503);
            assertThat(proxy.log().await(4).get(3).flags()).isEqualTo(Set.of(ResponseFlag.DNS_FAILURE));
        }
    }

    @Test
    void headersThatRulesLookAtAreLogged() throws IOException {
        RouteMatch jason = new RouteMatch(
                null,
                null,
                null,
                null,
                List.of(new RouteMatch.HeaderMatch("end-user", new StringMatcher.Regex(Pattern.compile("j.*")), false)),
                List.of());
        VirtualHost virtualHost = new VirtualHost(
                "app", List.of("app.test"), List.of(route(jason, new DirectResponse(200, new byte[0]))), false);
        try (TestProxy proxy = new TestProxy(of(GATEWAY, 1, virtualHost));
                TestClient client = proxy.client()) {
            assertThat(client.get("app.test", "/", "end-user: jason", "cookie: secret")
                            .status())
                    .isEqualTo(200);
            assertThat(proxy.log().only().matchHeaders()).isEqualTo(Map.of("end-user", "jason"));
        }
    }
}
