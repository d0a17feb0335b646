package weft.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.testing.Snapshots.GATEWAY;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.of;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import weft.proxy.testing.HttpMessage;
import weft.proxy.testing.Snapshots.Action;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.routing.cluster.Cluster;
import weft.routing.route.CorsPolicy;
import weft.routing.route.Fault;
import weft.routing.route.HeaderOperations;
import weft.routing.route.HeaderOperations.Field;
import weft.routing.route.HeaderTemplate;
import weft.routing.route.Route;
import weft.routing.route.RouteMatch;
import weft.routing.route.StringMatcher;
import weft.routing.route.VirtualHost;

/** What rules say of answers holds for those that the proxy gives itself, once a route is found. */
class EditedRepliesTest {
    private static final HeaderOperations EDITS = new HeaderOperations(
            List.of(),
            List.of(new Field("x-code", "%RESPONSE_CODE%", HeaderTemplate.of("%RESPONSE_CODE%"))),
            List.of(new Field("x-once", "1")));

    private static HttpMessage answer(Action action, String method, String fields, Cluster... clusters)
            throws IOException {
        CorsPolicy cors = new CorsPolicy(
                List.of(new StringMatcher.Exact("http://a", false)), List.of(), List.of(), List.of(), -1, false, true);
        Route route = new Route("r", RouteMatch.ANY, action.forward(), HeaderOperations.NONE, EDITS, null, cors);
        VirtualHost host = new VirtualHost("app", List.of("app.test"), List.of(route), false);
        try (TestProxy proxy = new TestProxy(of(GATEWAY, 1, host, clusters));
                TestClient client = proxy.client()) {
            return client.request(method, "app.test", "/", "", fields.split("; "));
        }
    }

    private static void assertEdited(HttpMessage answer, int status) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.fieldsNamed("x-code")).containsExactly(Integer.toString(status));
        assertThat(answer.fieldsNamed("x-once")).containsExactly("1");
    }

    @Test
    void answersInPlaceOfTheUpstreamAreEdited() throws IOException {
        assertEdited(answer(Action.to("v1"), "GET", "a: b", cluster("v1")), 503);
        assertEdited(answer(Action.to("gone"), "GET", "a: b"), 503);
        Fault fault = new Fault(null, new Fault.Abort(100, 418, null));
        assertEdited(answer(Action.to("v1").fault(fault), "GET", "a: b", cluster("v1")), 418);
    }

    @Test
    void answersToPreflightsAreTheirPolicysAlone() throws IOException {
        HttpMessage answer = answer(
                Action.to("v1"), "OPTIONS", "origin: http://a; access-control-request-method: GET", cluster("v1"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.field("access-control-allow-origin")).isEqualTo("http://a");
        assertThat(answer.field("x-code")).isNull();
    }
}
