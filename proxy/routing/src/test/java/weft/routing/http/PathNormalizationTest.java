package weft.routing.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import weft.routing.CaseTally;
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
        assertThat(PathNormalization.BASE.normalize(target)).isEqualTo(want);
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
        assertThat(PathNormalization.BASE.normalize(target)).isNull();
    }

    @Test
    void canonicalPathIsNotCopied() {
        String target = "/productpage/a.b/c..d?u=../normal";
        assertThat(PathNormalization.BASE.normalize(target)).isSameAs(target);
    }

    @Test
    void normalisingTwiceChangesNothing() {
        for (String target : new String[] {"/%2561", "/a/%252e%252e/b", "/a/./../b%2f..", "\\..\\x"}) {
            String once = PathNormalization.BASE.normalize(target);
            assertThat(once).isNotNull();
            assertThat(PathNormalization.BASE.normalize(String.valueOf(once))).isEqualTo(once);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "NONE, //a/../b\\c%2F%zz, //a/../b\\c%2F%zz",
        "MERGE_SLASHES, //a///b/./c//?x=//, /a/b/c/?x=//",
        "MERGE_SLASHES, /a//b, /a/b",
        "MERGE_SLASHES, /a%2f%2fb, /a%2f%2fb",
        "MERGE_SLASHES, /x//../admin, /x/admin",
        "DECODE_AND_MERGE_SLASHES, /a%2f%2Fb%5Cc, /a/b/c",
        "DECODE_AND_MERGE_SLASHES, /x/..%2fadmin, /admin",
        "DECODE_AND_MERGE_SLASHES, /a%252fb, /a%252fb",
        "DECODE_AND_MERGE_SLASHES, /a?b=%2f//, /a?b=%2f//",
        "BASE, /a//b, /a//b",
    })
    void aMeshMayAskForMoreOrLess(PathNormalization option, String target, String want) {
        assertThat(option.normalize(target)).isEqualTo(want);
        assertThat(option.normalize(want)).as("once is enough").isEqualTo(want);
    }

    @Test
    void agreesWithEnvoysCases() {
        CaseTally tally = new CaseTally("envoy-path-normalization-cases");
        JsonNode cases = Conformance.json("envoy-path-normalization-cases.json");
        for (JsonNode path : cases.get("alreadyNormal")) {
            tally.addEqual(path, PathNormalization.BASE.normalize(path.asText()), path.asText());
        }
        for (JsonNode path : cases.get("invalid")) {
            tally.addEqual(path, PathNormalization.BASE.normalize(path.asText()), null);
        }
        for (JsonNode c : cases.get("normalize")) {
            tally.addEqual(
                    c,
                    PathNormalization.BASE.normalize(c.get("in").asText()),
                    c.get("want").asText());
        }
        for (JsonNode c : cases.get("mergeSlashes")) {
            StringBuilder path = new StringBuilder(c.get("in").asText());
            PathNormalization.mergeSlashes(path);
            tally.addEqual(c, path.toString(), c.get("want").asText());
        }
        for (JsonNode c : cases.get("unescapeSlashes")) {
            tally.addEqual(
                    c,
                    PathNormalization.decodeSlashes(c.get("in").asText()),
                    c.get("want").asText());
        }
        for (JsonNode c : cases.get("removeQueryAndFragment")) {
            // Routing never cuts a fragment off: such a target is refused before.
            RequestHead head = new RequestHead();
            String target = c.get("in").asText();
            head.reset("GET", "http", "a", target);
            if (target.indexOf('#') >= 0) {
                tally.addEqual(c, PathNormalization.BASE.normalize(target), null);
            } else {
                tally.addEqual(
                        c, target.substring(0, head.pathLength()), c.get("want").asText());
            }
        }
        tally.report();
    }
}
