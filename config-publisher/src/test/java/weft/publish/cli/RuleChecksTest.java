package weft.publish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import weft.publish.yaml.Diagnostic;
import weft.publish.yaml.DocumentDecoder;
import weft.publish.yaml.ResourceKinds;
import weft.publish.yaml.SourceText;

/** What is refused although its form is right. */
class RuleChecksTest {

    private static List<String> complaints(String text) {
        return new DocumentDecoder(new ResourceKinds(), "default", RuleChecks.ALL)
                .decode(new SourceText("rules.yaml", text)).stream()
                        .flatMap(d -> d.diagnostics().stream())
                        .map(Diagnostic::headline)
                        .toList();
    }

    @Test
    void admissionFindingsPointAtTheField() {
        String negative = OfflineCommandsTest.REVIEWS.replace("v1}", "v1}\n      weight: -1");
        assertThat(complaints(negative)).hasSize(1);
        assertThat(complaints(negative).get(0)).startsWith("rules.yaml:10:15: http[0].route[0].weight: ");
    }

    @Test
    void regexThatDoesNotCompileIsRefused() {
        String broken = OfflineCommandsTest.REVIEWS.replace("- route:", "- match: [{uri: {regex: '('}}]\n    route:");
        assertThat(complaints(broken)).isNotEmpty().allMatch(c -> c.startsWith("rules.yaml:"));
    }

    @Test
    void whatProxiesServeIsAccepted() {
        assertThat(complaints(OfflineCommandsTest.REVIEWS)).isEmpty();
    }
}
