package weft.publish.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import weft.publish.Conformance;
import weft.publish.cli.RuleChecks;
import weft.publish.yaml.DecodedDocument.Skipped;

/** Files that Istio wrote. */
class IstioSamplesTest {
    /** Lists of annotations and labels for documentation, not resources. */
    private static final Set<String> NOT_RESOURCES = Set.of("annotations.yaml", "labels.yaml");

    private final DocumentDecoder checked = new DocumentDecoder(new ResourceKinds(), "default", RuleChecks.ALL);

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
}
