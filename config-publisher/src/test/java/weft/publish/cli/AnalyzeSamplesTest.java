package weft.publish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import weft.publish.Conformance;

/** {@code weft analyze} on the samples that Istio ships: they work, so what is called an error would be a false one. */
class AnalyzeSamplesTest {
    private static final String SAMPLES = "verbatim/istio+istio/samples";

    private static List<String> errors(List<Path> files) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("analyze", "-o", "json"));
        files.forEach(file -> arguments.addAll(List.of("-f", file.toString())));
        CommandLineRun run = CommandLineRun.of(arguments.toArray(String[]::new));
        assertThat(run.exitCode()).as(files + "\n" + run.err()).isIn(0, 79);
        List<String> errors = new ArrayList<>();
        for (JsonNode found : new ObjectMapper().readTree(run.out()).get("findings")) {
            if (found.get("level").asText().equals("error")) {
                errors.add(found.get("file").asText() + ":" + found.get("line") + " "
                        + found.get("code").asText() + " "
                        + found.get("message").asText());
            }
        }
        return errors;
    }

    @Test
    void bookinfoWithItsServicesHasNoErrors() throws IOException {
        Path networking = Conformance.folder().resolve(SAMPLES).resolve("bookinfo/networking");
        Path platform = networking.resolveSibling("platform").resolve("kube");
        List<Path> files = Conformance.yamlFiles(SAMPLES + "/bookinfo/networking");
        assertThat(files).hasSizeGreaterThan(15);
        for (Path file : files) {
            List<String> errors = errors(List.of(
                    platform.resolve("bookinfo.yaml"),
                    platform.resolve("bookinfo-mysql.yaml"),
                    platform.resolve("bookinfo-db.yaml"),
                    networking.resolve("bookinfo-gateway.yaml"),
                    networking.resolve("destination-rule-all.yaml"),
                    file));
            // It routes to a service that the installation of cert-manager brings along.
            errors.removeIf(error -> error.contains("cert-manager"));
            assertThat(errors).as(file.toString()).isEmpty();
        }
    }

    @Test
    void samplesByThemselvesOnlyMissWhatOtherFilesDeclare() throws IOException {
        List<Path> files = Conformance.yamlFiles(SAMPLES);
        assertThat(files).hasSizeGreaterThan(80);
        for (Path file : files) {
            assertThat(errors(List.of(file))).allMatch(error -> error.contains(" IST0101 "));
        }
    }
}
