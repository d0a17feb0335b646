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
import weft.proxy.testing.TestUpstream;
import weft.routing.route.HeaderOperations;
import weft.routing.route.HeaderOperations.Field;
import weft.routing.route.HeaderTemplate;
import weft.routing.route.Route;
import weft.routing.route.RouteMatch;
import weft.routing.route.VirtualHost;

/** Header values that tell of the request they go with. */
class HeaderTemplatesTest {
    private static HeaderOperations setting(String... fields) {
        return new HeaderOperations(
                List.of(),
                List.of(fields).stream()
                        .map(field -> field.split(": ", 2))
                        .map(field -> new Field(field[0], field[1], HeaderTemplate.of(field[1])))
                        .toList(),
                List.of());
    }

    @Test
    void requestAndAnswerTellWhatIsKnownOfThem() throws IOException {
        Route route = new Route(
                "one",
                RouteMatch.ANY,
                Action.to("v1").forward(),
                setting(
                        "x-path: %REQ(:path)%",
                        "x-by: %PROTOCOL% %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% %ROUTE_NAME%",
                        "x-none: %RESPONSE_CODE%",
                        "x-time: %START_TIME%"),
                setting(
                        "x-answer: %RESPONSE_CODE% %RESPONSE_CODE_DETAILS% %RESP(x-own)% %REQ(x-asked)%",
                        "x-host: %UPSTREAM_HOST%"),
                null);
        try (TestUpstream upstream = TestUpstream.answering(
                        request -> "HTTP/1.1 201 Made\r\nx-own: o\r\ncontent-length: 0\r\n\r\n");
                TestProxy proxy = new TestProxy(of(
                        GATEWAY,
                        1,
                        new VirtualHost("app", List.of("app.test"), List.of(route), false),
                        cluster("v1", upstream.endpoint())));
                TestClient client = proxy.client()) {
            HttpMessage answer = client.get("app.test", "/p?q", "x-asked: a");

            HttpMessage request = upstream.lastRequest();
            assertThat(request.field("x-path")).isEqualTo("/p?q");
            assertThat(request.field("x-by")).isEqualTo("HTTP/1.1 127.0.0.1 one");
            assertThat(request.field("x-none")).as("nothing is known yet").isNull();
            assertThat(request.field("x-time")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
            assertThat(answer.field("x-answer")).isEqualTo("201 via_upstream o a");
            assertThat(answer.field("x-host")).isEqualTo("127.0.0.1:" + upstream.port());
        }
    }
}
