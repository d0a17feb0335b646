package weft.publish.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Which of several words a mistyped one was meant to be. */
class NearestSpellingTest {
    @Test
    void ofEquallyNearWordsTheNumberNextToTheTypedOneIsMeant() {
        assertThat(NearestSpelling.nearest("v4", List.of("v1", "v2", "v3"), 1)).containsExactly("v3");
        assertThat(NearestSpelling.nearest("v0", List.of("v3", "v2", "v1"), 3)).containsExactly("v1", "v2", "v3");
        assertThat(NearestSpelling.nearest("app-12", List.of("app-19", "app-92", "app-13"), 1))
                .containsExactly("app-13");
        assertThat(NearestSpelling.nearest("hots", List.of("hoss", "hosts"), 2)).containsExactly("hoss", "hosts");
    }

    @Test
    void domainThatBothEndWithDoesNotMakeHostsNear() {
        List<String> hosts = List.of("reviews.default.svc.cluster.local", "ratings.default.svc.cluster.local");
        assertThat(NearestSpelling.nearest("reviws.default.svc.cluster.local", hosts, 2))
                .containsExactly("reviews.default.svc.cluster.local");
        assertThat(NearestSpelling.nearest("details.default.svc.cluster.local", hosts, 2))
                .isEmpty();
        assertThat(NearestSpelling.nearest("reviews.defualt.svc.cluster.local", hosts, 1))
                .containsExactly("reviews.default.svc.cluster.local");
    }
}
