package weft.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.testing.Snapshots.cluster;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import weft.proxy.telemetry.FinishedRequest;
import weft.proxy.testing.HttpMessage;
import weft.proxy.testing.Snapshots;
import weft.proxy.testing.Snapshots.Action;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;
import weft.routing.cluster.Cluster;
import weft.routing.http.ResponseFlag;
import weft.routing.route.CorsPolicy;
import weft.routing.route.DirectResponse;
import weft.routing.route.Fault;
import weft.routing.route.HeaderOperations;
import weft.routing.route.HeaderOperations.Field;
import weft.routing.route.Route;
import weft.routing.route.RouteAction;
import weft.routing.route.RouteMatch;
import weft.routing.route.StringMatcher;
import weft.routing.route.VirtualHost;
import weft.routing.snapshot.ProxySnapshot;

/** What browsers of other origins are told, by preflights and by answers. */
class CorsAnswersTest {
    private static final String ORIGIN = "origin: https://good.test";
    private static final String ASKS = "access-control-request-method: PUT";

    private static CorsPolicy policy(boolean forwardsUnmatched) {
        return new CorsPolicy(
                List.of(new StringMatcher.Exact("https://good.test", false)),
                List.of("GET", "PUT"),
                List.of("x-a"),
                List.of("x-b"),
                600,
                true,
                forwardsUnmatched);
    }

    private static ProxySnapshot snapshot(
            RouteAction action, HeaderOperations responseHeaders, boolean forwardsUnmatched, Cluster... clusters) {
        Route route = new Route(
                "route",
                RouteMatch.ANY,
                action,
                HeaderOperations.NONE,
                responseHeaders,
                null,
                policy(forwardsUnmatched));
        VirtualHost host = new VirtualHost("app", List.of("app.test"), List.of(route), false);
        return Snapshots.of(Snapshots.GATEWAY, 1, host, clusters);
    }

    private static ProxySnapshot snapshot(RouteAction action, Cluster... clusters) {
        return snapshot(action, HeaderOperations.NONE, true, clusters);
    }

    private static HttpMessage preflight(TestClient client, String... fields) throws IOException {
        return client.request("OPTIONS", "app.test", "/", "", fields);
    }

    private static void assertAllowed(HttpMessage answer) {
        assertThat(answer.field("access-control-allow-origin")).isEqualTo("https://good.test");
        assertThat(answer.field("access-control-allow-credentials")).isEqualTo("true");
        assertThat(answer.field("access-control-expose-headers")).isEqualTo("x-b");
    }

    @Test
    void preflightIsAnsweredWithoutTheUpstreamAndLogged() throws IOException {
        try (TestUpstream upstream = TestUpstream.saying("upstream");
                TestProxy proxy =
                        new TestProxy(snapshot(Action.to("v1").forward(), cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            HttpMessage answer = preflight(client, ORIGIN, ASKS);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text()).isEmpty();
            assertAllowed(answer);
            assertThat(answer.field("access-control-allow-methods")).isEqualTo("GET,PUT");
            assertThat(answer.field("access-control-allow-headers")).isEqualTo("x-a");
            assertThat(answer.field("access-control-max-age")).isEqualTo("600");
            assertThat(answer.field("server")).isEqualTo("istio-envoy");
            assertThat(upstream.connections()).isZero();
            FinishedRequest logged = proxy.log().only();
            assertThat(logged.responseCode()).isEqualTo(200);
            assertThat(logged.details()).isEqualTo("cors_response");
            assertThat(logged.flags()).isEmpty();
            assertThat(client.get("app.test", "/").text()).isEqualTo("upstream");
        }
    }

    @Test
    void preflightOfAnUnknownClusterIsAnsweredStill() throws IOException {
        try (TestProxy proxy = new TestProxy(snapshot(Action.to("missing").forward()));
                TestClient client = proxy.client()) {
            assertThat(preflight(client, ORIGIN, ASKS).status()).isEqualTo(200);
        }
    }

    @Test
    void unmatchedPreflightReachesTheUpstreamUnlessIgnored() throws IOException {
        String evil = "origin: https://evil.test";
        try (TestUpstream upstream = TestUpstream.saying("upstream")) {
            Cluster cluster = cluster("v1", upstream.endpoint());
            try (TestProxy proxy = new TestProxy(snapshot(Action.to("v1").forward(), cluster));
                    TestClient client = proxy.client()) {
                HttpMessage answer = preflight(client, evil, ASKS);
                assertThat(answer.text()).isEqualTo("upstream");
                assertThat(answer.field("access-control-allow-origin")).isNull();
            }
            try (TestProxy proxy =
                            new TestProxy(snapshot(Action.to("v1").forward(), HeaderOperations.NONE, false, cluster));
                    TestClient client = proxy.client()) {
                HttpMessage answer = preflight(client, evil, ASKS);
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.text()).isEmpty();
                assertThat(answer.field("access-control-allow-origin")).isNull();
            }
        }
    }

    @Test
    void optionsThatAsksForNothingReachesTheUpstream() throws IOException {
        try (TestUpstream upstream = TestUpstream.saying("upstream");
                TestProxy proxy =
                        new TestProxy(snapshot(Action.to("v1").forward(), cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            assertThat(preflight(client, ORIGIN).text()).isEqualTo("upstream");
            assertThat(preflight(client, ASKS).text()).isEqualTo("upstream");
        }
    }

    @Test
    void answerOfTheUpstreamTellsTheOriginWhateverItSaysItself() throws IOException {
        String own = "HTTP/1.1 200 OK\r\naccess-control-allow-origin: *\r\ncontent-length: 2\r\n\r\nok";
        HeaderOperations ruled = new HeaderOperations(
                List.of(), List.of(new Field("access-control-expose-headers", "x-ruled")), List.of());
        try (TestUpstream upstream = TestUpstream.answering(request -> own);
                TestProxy proxy = new TestProxy(
                        snapshot(Action.to("v1").forward(), ruled, true, cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            assertAllowed(client.get("app.test", "/", ORIGIN));
            HttpMessage other = client.get("app.test", "/", "origin: https://evil.test");
            assertThat(other.field("access-control-allow-origin")).isEqualTo("*");
            assertThat(other.field("access-control-allow-credentials")).isNull();
        }
    }

    @Test
    void failureOfTheUpstreamTellsTheOrigin() throws IOException {
        try (TestProxy proxy = new TestProxy(snapshot(Action.to("v1").forward(), cluster("v1")));
                TestClient client = proxy.client()) {
            HttpMessage answer = client.get("app.test", "/", ORIGIN);
            assertThat(answer.status()).isEqualTo(503);
            assertAllowed(answer);
        }
    }

    /** Envoy's filters in Istio's order: the fault comes first and CORS, behind it, never hears of the request. */
    @Test
    void faultIsInjectedBeforeCors() throws IOException {
        Fault fault = new Fault(null, new Fault.Abort(100, 418, null));
        try (TestProxy proxy =
                        new TestProxy(snapshot(Action.to("v1").fault(fault).forward(), cluster("v1")));
                TestClient client = proxy.client()) {
            HttpMessage answer = preflight(client, ORIGIN, ASKS);
            assertThat(answer.status()).isEqualTo(418);
            assertThat(answer.field("access-control-allow-origin")).isNull();
            assertThat(proxy.log().only().flags()).containsExactly(ResponseFlag.FAULT_INJECTED);
        }
    }

    /** As in Envoy, whose filter leaves routes without a cluster alone. */
    @Test
    void directResponseIsGivenAsItIs() throws IOException {
        try (TestProxy proxy = new TestProxy(snapshot(new DirectResponse(204, new byte[0])));
                TestClient client = proxy.client()) {
            HttpMessage answer = preflight(client, ORIGIN, ASKS);
            assertThat(answer.status()).isEqualTo(204);
            assertThat(answer.field("access-control-allow-origin")).isNull();
        }
    }
}
