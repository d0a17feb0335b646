package weft.publish.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import weft.publish.yaml.DecodedDocument.Invalid;
import weft.publish.yaml.DecodedDocument.Resource;

/** What passes with less and with more patience, and the warnings about what has no effect. */
class StrictnessTest {
    private static final String UNSUPPORTED = Decoding.of(
            "DestinationRule",
            "host: a\ntrafficPolicy:\n  proxyProtocol: {version: V1}\n  tls: {mode: SIMPLE, sni: b}");

    private static DecodedDocument decode(String text, Strictness strictness) {
        return new DocumentDecoder(new ResourceKinds(), "default", RuleCheck.NONE, strictness)
                .decode(new SourceText("rules.yaml", text))
                .get(0);
    }

    private static List<String> headlines(DecodedDocument document) {
        return document.diagnostics().stream().map(Diagnostic::headline).toList();
    }

    @Test
    void whatHasNoEffectIsWarnedOfWithACode() {
        DecodedDocument document = decode(UNSUPPORTED, Strictness.USUAL);
        assertThat(document).isInstanceOf(Resource.class);
        assertThat(headlines(document))
                .containsExactly(
                        "rules.yaml:7:5: warning: WFT0101 field \"proxyProtocol\" is not supported by this version: "
                                + "no PROXY header is sent",
                        "rules.yaml:8:17: warning: WFT0102 mode \"SIMPLE\" is not supported by this version: "
                                + "proxies connect IN CLEAR",
                        "rules.yaml:8:25: warning: WFT0101 field \"sni\" is not supported by this version: "
                                + "proxies connect in clear");
    }

    @Test
    void valuesThatAreInForceAreNotWarnedOf() {
        assertThat(headlines(decode(
                        UNSUPPORTED.replaceAll("  proxyProtocol.*\n", "").replace("SIMPLE, sni: b", "DISABLE"),
                        Strictness.USUAL)))
                .isEmpty();
    }

    @Test
    void policyThatKeepsNobodyOutIsShoutedAbout() {
        String policy = Decoding.of("AuthorizationPolicy", "{}").replace("networking", "security");
        assertThat(headlines(decode(policy, Strictness.USUAL)))
                .containsExactly(
                        "rules.yaml:2:7: warning: WFT0104 AuthorizationPolicy is NOT ENFORCED by this version: "
                                + "no request is refused by it");
        assertThat(decode(policy, Strictness.STRICT)).isInstanceOf(Invalid.class);
    }

    @Test
    void strictTakesWarningsForErrors() {
        DecodedDocument document = decode(UNSUPPORTED, Strictness.STRICT);
        assertThat(document).isInstanceOf(Invalid.class);
        assertThat(headlines(document))
                .hasSize(3)
                .allMatch(line -> line.contains(": WFT01") && !line.contains("warning"));
    }

    @Test
    void lenientReadsPastUnknownFields() {
        String text = Decoding.virtualService("hosts: [a]\nhots: [b]").replace("reviews}", "reviews, lables: {}}");
        assertThat(decode(text, Strictness.USUAL)).isInstanceOf(Invalid.class);
        DecodedDocument document = decode(text, Strictness.LENIENT);
        assertThat(document).isInstanceOf(Resource.class);
        assertThat(headlines(document))
                .containsExactly(
                        "rules.yaml:3:27: warning: WFT0105 unknown field \"lables\" (did you mean \"labels\"?); ignored",
                        "rules.yaml:6:3: warning: WFT0105 unknown field \"hots\" (did you mean \"hosts\"?); ignored");
    }
}
