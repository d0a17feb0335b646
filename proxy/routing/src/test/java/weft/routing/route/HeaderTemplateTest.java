package weft.routing.route;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import weft.routing.http.Headers;
import weft.routing.http.RequestHead;
import weft.routing.route.HeaderOperations.Field;

class HeaderTemplateTest {
    private final RequestHead head = new RequestHead();

    HeaderTemplateTest() {
        head.reset("PUT", "https", "a.com", "/p?q");
        head.headers().add("x-user", "jason");
        head.headers().add("x-user", "zoe");
    }

    private String value(String written) {
        HeaderFacts other = (command, argument) -> command.equals("PROTOCOL") ? "HTTP/1.1" : null;
        return requireNonNull(HeaderTemplate.of(written)).value(other.of(head));
    }

    @Test
    void commandsAreReplacedByWhatTheRequestHas() {
        assertThat(value("%REQ(X-User)%")).isEqualTo("jason,zoe");
        assertThat(value("<%REQ(:METHOD)% %REQ(:path)% at %REQ(:AUTHORITY)% by %PROTOCOL%>"))
                .isEqualTo("<PUT /p?q at a.com by HTTP/1.1>");
        assertThat(value("%REQ(x-none?x-user):5%")).isEqualTo("jason");
        assertThat(value("%REQ(x-user):99%")).isEqualTo("jason,zoe");
    }

    @Test
    void whatIsNotThereLeavesNothing() {
        assertThat(value("[%REQ(x-none)%][%REQ(x-none?x-gone)%][%UPSTREAM_HOST%]"))
                .isEqualTo("[][][]");
    }

    @Test
    void percentSignsAreWrittenTwice() {
        assertThat(HeaderTemplate.of("100")).isNull();
        assertThat(value("100%%")).isEqualTo("100%");
        assertThat(value("%%REQ(x-user)%%")).isEqualTo("%REQ(x-user)%");
    }

    @Test
    void commandsThatNobodyKnowsAreNamed() {
        assertThat(requireNonNull(HeaderTemplate.of("%REQ(a)%%DYNAMIC_METADATA([\"a\"])%%START_TIME%"))
                        .unknown())
                .containsExactly("DYNAMIC_METADATA");
        assertThat(requireNonNull(HeaderTemplate.of("%START_TIME(%Y)%")).unknown())
                .containsExactly("START_TIME");
    }

    @Test
    void valuesAreMadeBeforeAnyIsSetAndAfterRemovals() {
        HeaderOperations operations = new HeaderOperations(
                List.of("x-user"),
                List.of(field("a", "%REQ(x-user)%new"), field("b", "%REQ(a)%")),
                List.of(field("c", "%REQ(a)%"), field("d", "")));
        Headers headers = head.headers();
        headers.add("a", "old");
        headers.add("d", "kept");

        operations.apply(headers, HeaderFacts.NONE.of(head));

        assertThat(headers.joined("a")).isEqualTo("new");
        assertThat(headers.joined("b")).isEqualTo("old");
        assertThat(headers.joined("c")).isEqualTo("old");
        assertThat(headers.joined("d")).as("an empty value changes nothing").isEqualTo("kept");
    }

    private static Field field(String name, String value) {
        return new Field(name, value, HeaderTemplate.of(value));
    }
}
