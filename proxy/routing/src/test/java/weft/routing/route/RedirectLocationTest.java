package weft.routing.route;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import weft.routing.http.RequestHead;

class RedirectLocationTest {

    private static String location(String authority, Redirect redirect) {
        RequestHead head = new RequestHead();
        head.reset("GET", "http", authority, "/old/page?q=1");
        return RedirectLocation.of(redirect, head);
    }

    private static Redirect redirect(@Nullable String scheme, @Nullable String authority, @Nullable Integer port) {
        return new Redirect(301, scheme, authority, null, null, 0, port);
    }

    @Test
    void pathReplacesAllButTheQuery() {
        assertThat(location("app.test", new Redirect(301, null, null, "/new", null, 0, null)))
                .isEqualTo("http://app.test/new?q=1");
    }

    @Test
    void prefixReplacesWhatTheRouteMatched() {
        assertThat(location("app.test", new Redirect(301, null, null, null, "/v2", 4, null)))
                .isEqualTo("http://app.test/v2/page?q=1");
    }

    @Test
    void authorityAndSchemeAreKeptUnlessSet() {
        assertThat(location("app.test:8080", redirect(null, null, null)))
                .isEqualTo("http://app.test:8080/old/page?q=1");
        assertThat(location("app.test:8080", redirect("https", "other.test", null)))
                .isEqualTo("https://other.test/old/page?q=1");
    }

    @Test
    void defaultPortOfTheOldSchemeIsDroppedWithIt() {
        assertThat(location("app.test:80", redirect("https", null, null))).isEqualTo("https://app.test/old/page?q=1");
        assertThat(location("app.test:80", redirect(null, null, null)))
                .as("with the scheme it stays")
                .isEqualTo("http://app.test:80/old/page?q=1");
        assertThat(location("app.test:8080", redirect("https", null, null)))
                .as("another port is nobody's default")
                .isEqualTo("https://app.test:8080/old/page?q=1");
        assertThat(location("app.test:80", redirect("https", "other.test:80", null)))
                .as("an authority that is set is taken as it is")
                .isEqualTo("https://other.test:80/old/page?q=1");
    }

    @Test
    void defaultPortOfTheNewSchemeIsLeftOut() {
        assertThat(location("app.test:8080", redirect("https", null, 443))).isEqualTo("https://app.test/old/page?q=1");
        assertThat(location("app.test", redirect("https", null, 8443))).isEqualTo("https://app.test:8443/old/page?q=1");
        assertThat(location("[::1]:9090", redirect(null, null, 80))).isEqualTo("http://[::1]/old/page?q=1");
    }

    @Test
    void pathWithAQueryReplacesTheQueryToo() {
        assertThat(location("app.test", new Redirect(301, null, null, "/new?a=1", null, 0, null)))
                .isEqualTo("http://app.test/new?a=1");
    }

    @Test
    void pathWithoutASlashGetsOne() {
        assertThat(location("app.test", new Redirect(301, null, null, "new", null, 0, null)))
                .isEqualTo("http://app.test/new?q=1");
    }
}
