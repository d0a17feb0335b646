package weft.routing.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import weft.routing.http.RequestHead;

/** The first route that matches, where so few are there that they are scanned. */
class VirtualHostTest {
    @Test
    void aFewRoutesWithPathsOutsideLatin1AreScannedAsTheyAre() {
        List<Route> routes = List.of(exact("/\u65e5\u672c"), exact("/\u65e5\u682c"), exact("/gr\u00fc\u00dfe"));
        VirtualHost host = new VirtualHost("h", List.of("*"), routes, false);

        assertThat(host.match(head("/\u65e5\u672c"))).isSameAs(routes.get(0));
        assertThat(host.match(head("/\u65e5\u682c"))).isSameAs(routes.get(1));
        assertThat(host.match(head("/gr\u00fc\u00dfe"))).isSameAs(routes.get(2));
        assertThat(host.match(head("/\u66e5\u672c"))).isNull();
    }

    private static Route exact(String path) {
        RouteMatch match = new RouteMatch(new StringMatcher.Exact(path, false), null, null, null, List.of(), List.of());
        DirectResponse action = new DirectResponse(200, new byte[0]);
        return new Route(path, match, action, HeaderOperations.NONE, HeaderOperations.NONE, null);
    }

    private static RequestHead head(String path) {
        RequestHead head = new RequestHead();
        head.reset("GET", "http", "a.test", path);
        return head;
    }
}
