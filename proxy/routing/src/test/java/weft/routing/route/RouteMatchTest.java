package weft.routing.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import org.junit.jupiter.api.Test;
import weft.routing.http.RequestHead;
import weft.routing.route.RouteMatch.HeaderMatch;
import weft.routing.route.RouteMatch.QueryMatch;

class RouteMatchTest {
    private static boolean has(String name, StringMatcher value, String path) {
        RequestHead head = new RequestHead();
        head.reset("GET", "http", "a", path);
        return new QueryMatch(name, value).holds(head);
    }

    @Test
    void aFieldThatMustNotMatchIsTakenForEmptyWhenItIsNotThere() {
        RequestHead none = new RequestHead();
        assertThat(new HeaderMatch("x", new StringMatcher.Present(), true).holds(none))
                .isTrue();
        assertThat(new HeaderMatch("x", new StringMatcher.Exact("a", false), true).holds(none))
                .isTrue();
        assertThat(new HeaderMatch("x", new StringMatcher.Regex(Pattern.compile(".*")), true).holds(none))
                .isFalse();
        assertThat(new HeaderMatch("x", new StringMatcher.Present(), false).holds(none))
                .isFalse();
    }

    @Test
    void pseudoHeadersAndHostAreMatchedAsHeadersAre() {
        RequestHead head = new RequestHead();
        head.reset("PUT", "https", "a.com:8443", "/p?q");

        assertThat(has(head, ":method", "PUT")).isTrue();
        assertThat(has(head, ":scheme", "https")).isTrue();
        assertThat(has(head, ":authority", "a.com:8443")).isTrue();
        assertThat(has(head, "host", "a.com:8443")).isTrue();
        assertThat(has(head, ":path", "/p?q")).as("the query with it").isTrue();
        assertThat(has(head, ":method", "GET")).isFalse();
        assertThat(new HeaderMatch(":method", new StringMatcher.Exact("PUT", false), true).holds(head))
                .isFalse();
    }

    private static boolean has(RequestHead head, String name, String value) {
        return new HeaderMatch(name, new StringMatcher.Exact(value, false), false).holds(head);
    }

    @Test
    void theFirstParameterOfTheWholeNameCounts() {
        StringMatcher one = new StringMatcher.Exact("1", false);
        assertThat(has("a", one, "/?ab=1&a=1")).isTrue();
        assertThat(has("a", one, "/?a=2&a=1")).isFalse();
        assertThat(has("a", new StringMatcher.Exact("", false), "/?a")).isTrue();
        assertThat(has("a", one, "/a=1")).isFalse();
        assertThat(has("a&b", new StringMatcher.Present(), "/?a&b"))
                .as("no name goes beyond its parameter")
                .isFalse();
    }
}
