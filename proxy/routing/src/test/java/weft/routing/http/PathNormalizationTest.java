package weft.routing.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import weft.routing.Conformance;

class PathNormalizationTest {

    @ParameterizedTest
    @CsvSource({
        "/a/b/../c, /a/c",
        "/a/b/./c, /a/b/c",
        "a/b/../c, /a/c",
        "/a/b/../../../../c, /c",
        "/a/..\\c, /c",
        "/a/b/%2E%2e/c, /a/c",
        "/%61dmin, /admin",
        "/%2e/admin, /admin",
        "/x//../admin, /x/admin",
        "/x//../../admin, /admin",
        "/x/.., /",
        "/x/., /x/",
        "/..;/admin, /..;/admin",
        "/.hidden/...a, /.hidden/...a",
        "//admin, //admin",
        "\\admin, /admin",
        "/x/..%2fadmin, /x/..%2fadmin",
        "/%5cadmin, /%5cadmin",
        "/%c0%af, /%c0%af",
        "/a%7Eb, /a~b",
        "/a?x=/../%zz, /a?x=/../%zz",
        "/a/../b?x=%2e, /b?x=%2e"
    })
    void pathIsMadeCanonical(String target, String want) {
        assertThat(PathNormalization.normalize(target)).isEqualTo(want);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "?x",
                "#",
                "/user#x",
                "/a?b#c",
                "/xyz/.%00../abc",
                "/AAAA%%0000/abc",
                "/%",
                "/%4",
                "/%zz",
                "/%4\u0666",
                "/a%2?00"
            })
    void brokenPathIsRefused(String target) {
        assertThat(PathNormalization.normalize(target)).isNull();
    }

    @Test
    void canonicalPathIsNotCopied() {
        String target = "/productpage/a.b/c..d?u=../normal";
        assertThat(PathNormalization.normalize(target)).isSameAs(target);
    }

    @Test
    void normalisingTwiceChangesNothing() {
        for (String target : new String[] {"/%2561", "/a/%252e%252e/b", "/a/./../b%2f..", "\\..\\x"}) {
            String once = PathNormalization.normalize(target);
            assertThat(once).isNotNull();
            assertThat(PathNormalization.normalize(String.valueOf(once))).isEqualTo(once);
        }
    }

    @Test
    void agreesWithEnvoysCases() {
        JsonNode cases = Conformance.json("envoy-path-normalization-cases.json");
        for (JsonNode path : cases.get("alreadyNormal")) {
            assertThat(PathNormalization.normalize(path.asText())).isEqualTo(path.asText());
        }
        for (JsonNode path : cases.get("invalid")) {
            assertThat(PathNormalization.normalize(path.asText())).isNull();
        }
        for (JsonNode c : cases.get("normalize")) {
            assertThat(PathNormalization.normalize(c.get("in").asText()))
                    .isEqualTo(c.get("want").asText());
        }
    }
}
