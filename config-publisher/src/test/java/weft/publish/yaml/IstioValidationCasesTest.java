package weft.publish.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import weft.publish.Conformance;
import weft.publish.cli.RuleChecks;
import weft.publish.yaml.DecodedDocument.Resource;
import weft.publish.yaml.DecodedDocument.Skipped;

/** Istio's own validation cases: {@code weft apply --dry-run=client} accepts and refuses as Istio does. */
class IstioValidationCasesTest {
    private static final double AGREEMENT_FLOOR = 0.99;

    /** Cases on which Weft differs on purpose, each with its reason; docs/conformance.md tells of them too. */
    private static final Map<String, String> DEVIATIONS = Map.of(
            "TestValidateUriRegexRewrite/0",
            "upstream's absent uriRegexRewrite is written as an empty one, which Istio refuses as Weft does");

    /** Warnings of Istio's that Weft does not give. */
    private static final Map<String, String> SILENCE =
            Map.of("TestValidateSidecar/51", "upstream's sidecar is in namespace bar, the case puts it in default");

    /** The smallest resource around a part that Istio checks alone. */
    private static final Map<String, String> PLACES = Map.of("ServerTLSSettings", """
            {"apiVersion": "networking.istio.io/v1", "kind": "Gateway", "metadata": {"name": "part"}, "spec": {"servers": [
              {"port": {"number": 443, "name": "https", "protocol": "HTTPS"}, "hosts": ["*"], "tls": %s}]}}
            """);

    private final DocumentDecoder decoder = new DocumentDecoder(new ResourceKinds(), "default", RuleChecks.ALL);

    @Test
    void acceptsAndRefusesAsIstioDoes() throws IOException {
        Map<String, String> deviations = new TreeMap<>(DEVIATIONS);
        List<String> failed = new ArrayList<>();
        int passed = 0;
        for (JsonNode one : cases()) {
            String id = one.get("id").asText();
            DecodedDocument document = decoder.decode(text(one)).get(0);
            assertThat(document).as(id).isNotInstanceOf(Skipped.class);
            if (one.get("valid").asBoolean() == document instanceof Resource) {
                passed++;
            } else if (deviations.remove(id) == null) {
                failed.add(describe(one, document));
            }
        }
        int all = passed + failed.size() + DEVIATIONS.size();
        System.out.println("istio-validation-cases: " + passed + " passed, " + failed.size() + " failed, "
                + DEVIATIONS.size() + " deviating");
        assertThat(failed).isEmpty();
        assertThat(deviations).as("deviations that are none").isEmpty();
        assertThat((double) passed / all).isGreaterThanOrEqualTo(AGREEMENT_FLOOR);
    }

    @Test
    void warnsWhereIstioWarns() throws IOException {
        Map<String, String> silence = new TreeMap<>(SILENCE);
        List<String> silent = new ArrayList<>();
        int warned = 0;
        for (JsonNode one : cases()) {
            DecodedDocument document = decoder.decode(text(one)).get(0);
            boolean warns = document.diagnostics().stream().anyMatch(d -> !d.isError());
            if (one.path("warning").asBoolean()) {
                warned += warns ? 1 : 0;
                if (!warns && silence.remove(one.get("id").asText()) == null) {
                    silent.add(describe(one, document));
                }
            }
        }
        System.out.println("istio-validation-cases, warnings: " + warned + " passed, " + silent.size() + " failed, "
                + SILENCE.size() + " deviating");
        assertThat(silent).isEmpty();
        assertThat(silence).as("deviations that are none").isEmpty();
    }

    private static JsonNode cases() throws IOException {
        return new ObjectMapper()
                .readTree(Conformance.folder()
                        .resolve("cases/istio-validation-cases.json")
                        .toFile())
                .get("cases");
    }

    private static SourceText text(JsonNode one) {
        String id = one.get("id").asText();
        if (one.hasNonNull("resource")) {
            return new SourceText(id, one.get("resource").toString());
        }
        String place = PLACES.get(one.get("fragmentType").asText());
        assertThat(place)
                .as(id + ": where a " + one.get("fragmentType") + " stands")
                .isNotNull();
        return new SourceText(id, String.format(place, one.get("fragment")));
    }

    private static String describe(JsonNode one, DecodedDocument document) {
        List<String> complaints =
                document.diagnostics().stream().map(Diagnostic::headline).toList();
        return one.get("id").asText() + " (" + one.get("name").asText() + ") valid=" + one.get("valid") + " "
                + one.path("errorContains").asText()
                + one.path("warningContains").asText() + " but " + complaints + " "
                + one.path("resource").path("spec");
    }
}
