package weft.routing.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import weft.routing.http.RequestHead;
import weft.routing.route.HeaderOperations.Field;

class ForwardTest {
    private static WeightedCluster to(String cluster, int weight, @Nullable String authority) {
        return new WeightedCluster(cluster, cluster, "", weight, set("x", cluster), HeaderOperations.NONE, authority);
    }

    private static HeaderOperations set(String name, String value) {
        return new HeaderOperations(List.of(), List.of(new Field(name, value)), List.of());
    }

    private static Forward forward(@Nullable String authority, WeightedCluster... clusters) {
        return new Forward(List.of(clusters), null, authority, 0, RetryPolicy.NONE, null, List.of());
    }

    private static RequestHead sent(Forward forward, WeightedCluster destination) {
        RequestHead head = new RequestHead();
        head.reset("GET", "http", "app.test", "/");
        Route route = new Route("", RouteMatch.ANY, forward, set("x", "route"), HeaderOperations.NONE, null);
        UpstreamHead.prepare(route, forward, destination, head, HeaderFacts.NONE);
        return head;
    }

    @Test
    void drawModuloTheSumOfWeightsFallsIntoAnInterval() {
        Forward forward = forward(null, to("a", 1, null), to("b", 3, null), to("c", 2, null));
        List<String> picked = new ArrayList<>();
        for (long draw = 0; draw < 7; draw++) {
            picked.add(forward.pick(draw).cluster());
        }
        assertThat(picked).containsExactly("a", "b", "b", "b", "c", "c", "a");
        assertThat(forward.pick(6_000_000_001L).cluster()).isEqualTo("b");
        assertThat(forward.pick(Integer.MAX_VALUE).cluster()).isEqualTo("b"); // 2147483647 % 6 = 1
        assertThatThrownBy(() -> forward.pick(-1)).hasMessageContaining("draw: -1");
    }

    @Test
    void percentagesAreMillionths() {
        assertThat(Percentage.includes(100, 999_999)).isTrue();
        assertThat(Percentage.includes(0, 0)).isFalse();
        assertThat(Percentage.includes(0.1, 999)).isTrue();
        assertThat(Percentage.includes(0.1, 1_000)).isFalse();
        assertThat(Percentage.includes(0.1, 1_000_999)).isTrue();
    }

    @Test
    void destinationNamesTheAuthorityWhenTheRouteDoesNot() {
        WeightedCluster own = to("a", 1, "own.test");
        assertThat(sent(forward(null, own, to("b", 1, null)), own).authority()).isEqualTo("own.test");
        assertThat(sent(forward("route.test", own, to("b", 1, null)), own).authority())
                .isEqualTo("route.test");
    }

    @Test
    void oneDestinationOverrulesItsRouteAndSeveralDoNot() {
        WeightedCluster a = to("a", 1, null);
        assertThat(sent(forward(null, a), a).headers().get("x")).isEqualTo("a");
        assertThat(sent(forward(null, a, to("b", 1, null)), a).headers().get("x"))
                .isEqualTo("route");
    }
}
