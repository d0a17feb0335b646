package weft.routing.validate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tells CEL from what is none. */
class CelSyntaxTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "response.code >= 400",
                "response.code >= 400 || (has(request.headers.x) && !connection.mtls)",
                "request.headers['x-a'].contains(\"b\\n\") ? 1 : -2.5e3",
                "request.path in ['/a', r'\\d', b\"x\", \"\"\"a\nb\"\"\",]",
                "[1, 2u, 0xFF, .5].exists(i, i % 2 == 0)",
                "{'a': 1, 'b': [true, null]}.a == 1 // comment",
                "google.rpc.Status{code: 1}.code",
                "--1 + !!true",
                "a.b[c.d(e, f)].in_",
                ".a.b",
            })
    void expressionIsAccepted(String expression) {
        assertThat(CelSyntax.fault(expression)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a >",
                "a = b",
                "a && && b",
                "(a",
                "a)",
                "'open",
                "a b",
                "1.x.",
                "[1,,2]",
                "f(1,)",
                "a ? b",
                "{1}",
                "for",
                "a.in",
                "#",
                "\"\\q\"",
                "has(a)",
                "[1].all(1, true)",
            })
    void whatIsNoneIsRefused(String expression) {
        assertThat(CelSyntax.fault(expression)).isNotNull();
    }

    @Test
    void nestingHasAnEnd() {
        assertThat(CelSyntax.fault("(".repeat(100_000))).contains("deep");
        assertThat(CelSyntax.fault("!".repeat(100_000) + "a")).isNull();
    }
}
