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
import weft.publish.cli.RuleChecks;
import weft.publish.yaml.DecodedDocument.Invalid;
import weft.publish.yaml.DecodedDocument.Resource;
import weft.publish.yaml.DecodedDocument.Skipped;

/** Files and cases that Istio wrote. */
class IstioSamplesTest {
    /** Lists of annotations and labels for documentation, not resources. */
    private static final Set<String> NOT_RESOURCES = Set.of("annotations.yaml", "labels.yaml");

    /** Share of Istio's own validation cases that are judged as Istio judges them. */
    private static final double AGREEMENT_FLOOR = 0.95;

    private final DocumentDecoder checked = new DocumentDecoder(new ResourceKinds(), "default", RuleChecks.ALL);
    private final DocumentDecoder decoder = new DocumentDecoder(new ResourceKinds(), "default", RuleCheck.NONE);

    @Test
    void everyIstioFileDecodes() {
        List<String> complaints = new ArrayList<>();
        TreeMap<String, Integer> kinds = new TreeMap<>();
        for (Path file : Conformance.yamlFiles("verbatim")) {
            if (NOT_RESOURCES.contains(file.getFileName().toString())) {
                continue;
            }
            for (DecodedDocument document : checked.decode(new SourceText(file.toString(), Conformance.text(file)))) {
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
    void istioValidationCasesAreJudgedAlike() throws IOException {
        JsonNode cases = new ObjectMapper()
                .readTree(Conformance.folder()
                        .resolve("cases/istio-validation-cases.json")
                        .toFile())
                .get("cases");
        int ours = 0;
        int byForm = 0;
        List<String> disagreements = new ArrayList<>();
        for (JsonNode one : cases) {
            if (!one.hasNonNull("resource")) {
                // A fragment alone, which no file can hold.
                continue;
            }
            SourceText text =
                    new SourceText(one.get("id").asText(), one.get("resource").toString());
            DecodedDocument document = checked.decode(text).get(0);
            if (document instanceof Skipped) {
                continue;
            }
            ours++;
            boolean valid = one.get("valid").asBoolean();
            byForm += !valid && decoder.decode(text).get(0) instanceof Invalid ? 1 : 0;
            if (valid != document instanceof Resource) {
                String why = document.diagnostics().stream()
                        .filter(Diagnostic::isError)
                        .map(Diagnostic::headline)
                        .findFirst()
                        .orElse("accepted");
                disagreements.add(
                        one.get("id").asText() + " " + one.get("name").asText() + " valid=" + valid + ": " + why);
            }
        }
        System.out.println("Istio's validation cases: " + (ours - disagreements.size()) + " of " + ours + " alike, "
                + byForm + " refused by form alone; not alike:\n  " + String.join("\n  ", disagreements));
        assertThat(ours).isGreaterThan(200);
        assertThat((double) (ours - disagreements.size()) / ours).isGreaterThan(AGREEMENT_FLOOR);
    }
}
