package weft.publish.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import weft.publish.Conformance;
import weft.publish.yaml.DecodedDocument.Invalid;
import weft.publish.yaml.DecodedDocument.Resource;
import weft.publish.yaml.DecodedDocument.Skipped;

/** Files and cases that Istio wrote. */
class IstioSamplesTest {
    /** Lists of annotations and labels for documentation, not resources. */
    private static final Set<String> NOT_RESOURCES = Set.of("annotations.yaml", "labels.yaml");

    /** Agreement on the form alone; what is beyond a schema is the business of the rule checks. */
    private static final double FORM_AGREEMENT_FLOOR = 0.45;

    private final DocumentDecoder decoder = new DocumentDecoder(new ResourceKinds(), "default", RuleCheck.NONE);

    @Test
    void everyIstioFileDecodes() {
        List<String> complaints = new ArrayList<>();
        TreeMap<String, Integer> kinds = new TreeMap<>();
        for (Path file : Conformance.yamlFiles("verbatim")) {
            if (NOT_RESOURCES.contains(file.getFileName().toString())) {
                continue;
            }
            for (DecodedDocument document : decoder.decode(new SourceText(file.toString(), Conformance.text(file)))) {
                document.diagnostics().stream().filter(Diagnostic::isError).forEach(d -> complaints.add(d.headline()));
                String fate = document instanceof Skipped ? "skipped " : "";
                kinds.merge(fate + document.identity().kind(), 1, Integer::sum);
            }
        }
        System.out.println("Istio's files: " + kinds);
        assertThat(complaints).isEmpty();
        assertThat(kinds).containsKeys("VirtualService", "DestinationRule", "Gateway", "ServiceEntry", "Sidecar");
    }

    @Test
    void istioValidationCasesAgreeOnForm() throws IOException {
        JsonNode cases = new ObjectMapper()
                .readTree(Conformance.folder()
                        .resolve("cases/istio-validation-cases.json")
                        .toFile())
                .get("cases");
        int agreed = 0;
        int ours = 0;
        List<String> refusedWrongly = new ArrayList<>();
        for (JsonNode one : cases) {
            if (!one.hasNonNull("resource")) {
                // A nil element of a Go list, which no YAML can say.
                continue;
            }
            DecodedDocument document = decoder.decode(new SourceText(
                            one.get("id").asText(), one.get("resource").toString()))
                    .get(0);
            if (document instanceof Skipped) {
                continue;
            }
            ours++;
            boolean valid = one.get("valid").asBoolean();
            if (valid == document instanceof Resource) {
                agreed++;
            } else if (document instanceof Invalid) {
                refusedWrongly.add(document.diagnostics().get(0).headline());
            }
        }
        System.out.println("Istio's validation cases: " + agreed + " of " + ours + " agree on form alone; refused: "
                + String.join("\n  ", refusedWrongly));
        assertThat(ours).isGreaterThan(200);
        assertThat(refusedWrongly).isEmpty();
        assertThat((double) agreed / ours).isGreaterThan(FORM_AGREEMENT_FLOOR);
    }
}
