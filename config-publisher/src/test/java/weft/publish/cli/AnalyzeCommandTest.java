package weft.publish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weft.publish.Conformance;

/** {@code weft analyze} on files: places, formats, exit codes. */
class AnalyzeCommandTest {
    private static final String SERVICE =
            "apiVersion: v1\nkind: Service\nmetadata: {name: reviews}\nspec: {ports: [{name: http, port: 80}]}\n---\n";
    private static final String SUBSETS = """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: reviews}
            spec: {host: reviews, subsets: [{name: v1}, {name: v2}, {name: v3}]}
            ---
            """;
    private static final String RULES = SERVICE + SUBSETS + OfflineCommandsTest.REVIEWS.replace("v1}", "v4}");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private String file(String text) throws IOException {
        return Files.writeString(folder.resolve("rules.yaml"), text).toString();
    }

    @Test
    void aFindingIsShownAtItsValue() throws IOException {
        String file = file(RULES);
        CommandLineRun run = CommandLineRun.of("analyze", "-f", file);
        assertThat(run.out())
                .isEqualTo(
                        file + ":19:44 error IST0101 subset \"v4\" is not declared in DestinationRule default/reviews"
                                + " (declared: v1, v2, v3); did you mean \"v3\"?\n"
                                + "   19 |     - destination: {host: reviews, subset: v4}\n"
                                + "      |                                            ^^\n");
        assertThat(run.err()).isEqualTo("3 rules analyzed: 1 errors, 0 warnings, 0 notes\n");
        assertThat(run.exitCode()).isEqualTo(79);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "json", "sarif", "github"})
    void everyFormatEndsAlike(String format) throws IOException {
        String file = file(RULES);
        assertThat(CommandLineRun.of("analyze", "-f", file, "-o", format).exitCode())
                .isEqualTo(79);
        assertThat(CommandLineRun.of("analyze", "-f", file, "-o", format, "--fail-on", "none")
                        .exitCode())
                .isZero();
        String good = file(RULES.replace("v4", "v3"));
        assertThat(CommandLineRun.of("analyze", "-f", good, "-o", format, "--fail-on", "info")
                        .exitCode())
                .isZero();
    }

    @Test
    void theThresholdIsTheMildestThatFails() throws IOException {
        String file = file(SUBSETS); // for a service that is not there: a warning
        assertThat(CommandLineRun.of("analyze", "-f", file).exitCode()).isZero();
        assertThat(CommandLineRun.of("analyze", "-f", file, "--fail-on", "warn").exitCode())
                .isEqualTo(79);
    }

    @Test
    void whatIsSuppressedIsNotTold() throws IOException {
        String file = file(RULES);
        CommandLineRun run = CommandLineRun.of("analyze", "-f", file, "--suppress", "IST0101=VirtualService reviews.*");
        assertThat(run.out()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(CommandLineRun.of("analyze", "-f", file, "--suppress", "IST0101=VirtualService other.*")
                        .exitCode())
                .isEqualTo(79);
        assertThat(CommandLineRun.of("analyze", "-f", file, "--suppress", "IST0101")
                        .exitCode())
                .isEqualTo(64);
        String annotated = RULES.replace(
                "  name: reviews\n",
                "  name: reviews\n  annotations: {galley.istio.io/analyze-suppress: 'IST0130, IST0101'}\n");
        assertThat(CommandLineRun.of("analyze", "-f", file(annotated)).exitCode())
                .isZero();
    }

    @Test
    void invalidDocumentsAreFindings() throws IOException {
        CommandLineRun invalid = CommandLineRun.of("analyze", "-f", file(RULES.replace("hosts:", "hots:")));
        assertThat(invalid.out()).contains("error IST0106 unknown field \"hots\" (did you mean \"hosts\"?)");
        assertThat(invalid.exitCode()).isEqualTo(79);
    }

    @Test
    void aFileThatIsNoYamlIsAFindingAndTheOthersAreAnalyzed() throws IOException {
        String broken = Files.writeString(folder.resolve("broken.yaml"), "a: [").toString();
        String port =
                "---\napiVersion: v1\nkind: Service\nmetadata: {name: b}\nspec: {ports: [{name: web, port: 80}]}\n";
        CommandLineRun run = CommandLineRun.of("analyze", "-f", file(RULES + port), "-f", broken);
        assertThat(run.out())
                .contains(broken + ":1:")
                .contains(" error IST0106 ")
                .contains("IST0118")
                .as("what the broken file may declare is not missed")
                .doesNotContain("IST0101");
        assertThat(run.err()).contains("▲ 1 invalid: names that could not be found are not told");
        assertThat(run.exitCode()).isEqualTo(79);

        Map<String, String> lines =
                Map.of("text", ":1:5 error", "json", "\"line\" : 1", "sarif", "\"startLine\" : 1", "github", "line=1,");
        lines.forEach((format, line) -> {
            CommandLineRun other = CommandLineRun.of("analyze", "-f", broken, "-o", format);
            assertThat(other.out())
                    .as(format)
                    .contains(broken)
                    .contains("IST0106")
                    .contains(line);
            assertThat(other.exitCode()).as(format).isEqualTo(79);
        });
        assertThat(CommandLineRun.of("analyze", "-f", broken, "--fail-on", "none")
                        .exitCode())
                .as("even so it was not all that was asked for")
                .isEqualTo(65);
    }

    @Test
    void anInvalidDocumentHidesOnlyWhatItMayDeclare() throws IOException {
        String missing = RULES.replace("host: reviews, subset: v4", "host: nowhere");
        String gateway =
                "---\napiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: g}\nspec: {selector: {a: b}}\n";
        CommandLineRun other = CommandLineRun.of("analyze", "-f", file(missing + gateway));
        assertThat(other.out()).contains("IST0106 servers:").contains("IST0101 host \"nowhere\" not found");
        assertThat(other.err()).doesNotContain("are not told");
        String entry = "---\napiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: e}\nspec: {}\n";
        CommandLineRun perhaps = CommandLineRun.of("analyze", "-f", file(missing + entry));
        assertThat(perhaps.out()).contains("IST0106").doesNotContain("IST0101");
        assertThat(perhaps.err()).contains("not told where these may declare them");
    }

    @Test
    void aWarningIsToldWithItsOwnCode() throws IOException {
        String sidecar = "apiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: {name: t}\nspec: {}\n";
        assertThat(CommandLineRun.of("analyze", "-f", file(sidecar)).out())
                .contains(" warn IST0133 WFT0103 Telemetry ");
    }

    @Test
    void aBadPairIsAnOptionOnce() {
        assertThat(CommandLineRun.of("explain", "GET", "http://a/", "--source-labels", "foo")
                        .err())
                .contains("Value for option '--source-labels'");
    }

    @Test
    void whatValidationWarnsOfIsAFinding() throws IOException {
        String twice = RULES.substring(0, RULES.indexOf("  http:"))
                + "  tcp:\n  - route: [{destination: {host: reviews}}]\n  - route: [{destination: {host: reviews}}]\n";
        CommandLineRun run = CommandLineRun.of("analyze", "-f", file(twice));
        assertThat(run.out())
                .contains("rules.yaml:19:5 warn IST0130 tcp[1] is never reached")
                .as("validation tells it too")
                .containsOnlyOnce(":19:5 ");
        assertThat(run.exitCode()).isZero();
        String deprecated = RULES.replaceFirst(
                "(?m)^  http:$",
                "  http:\n  - fault: {delay: {percent: 5, fixedDelay: 1s}}\n"
                        + "    match: [{uri: {exact: /slow}}]\n    route: [{destination: {host: reviews}}]");
        assertThat(CommandLineRun.of("analyze", "-f", file(deprecated)).out()).contains(" warn IST0133 ");
    }

    @Test
    void sarifNamesItsRulesAndRegions() throws IOException {
        JsonNode document = new ObjectMapper()
                .readTree(CommandLineRun.of("analyze", "-f", file(RULES), "-o", "sarif")
                        .out());
        assertThat(document.get("version").asText()).isEqualTo("2.1.0");
        JsonNode run = document.get("runs").get(0);
        JsonNode result = run.get("results").get(0);
        JsonNode rule = run.at("/tool/driver/rules").get(result.get("ruleIndex").asInt());
        assertThat(rule.get("id").asText())
                .isEqualTo(result.get("ruleId").asText())
                .isEqualTo("IST0101");
        assertThat(rule.at("/defaultConfiguration/level").asText()).isEqualTo("error");
        assertThat(result.get("level").asText()).isEqualTo("error");
        assertThat(result.at("/message/text").asText()).startsWith("subset \"v4\"");
        JsonNode place = result.at("/locations/0/physicalLocation");
        assertThat(place.at("/artifactLocation/uri").asText()).endsWith("/rules.yaml");
        assertThat(place.get("region").toString()).isEqualTo("{\"startLine\":19,\"startColumn\":44,\"endColumn\":46}");
    }

    @Test
    void githubGetsAnnotationsAndJsonOneDocument() throws IOException {
        String file = file(RULES);
        assertThat(CommandLineRun.of("analyze", "-f", file, "-o", "github").out())
                .startsWith("::error file=" + file + ",line=19,col=44,title=IST0101::subset \"v4\"");
        JsonNode json = new ObjectMapper()
                .readTree(CommandLineRun.of("analyze", "-f", file, "-o", "json").out());
        assertThat(json.get("apiVersion").asText()).isEqualTo("weft/v1");
        assertThat(json.at("/findings/0/resource").asText()).isEqualTo("VirtualService reviews.default");
        assertThat(json.at("/findings/0/column").asInt()).isEqualTo(44);
    }

    @Test
    void bookinfoHasNoErrors() {
        Path samples = Conformance.folder().resolve("verbatim/istio+istio/samples/bookinfo");
        CommandLineRun run = CommandLineRun.of(
                "analyze",
                "-f",
                samples.resolve("platform/kube/bookinfo.yaml").toString(),
                "-f",
                samples.resolve("networking/bookinfo-gateway.yaml").toString(),
                "-f",
                samples.resolve("networking/destination-rule-all.yaml").toString(),
                "-f",
                samples.resolve("networking/virtual-service-all-v1.yaml").toString());
        assertThat(run.out()).doesNotContain(" error ");
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void analyzersAreListed() {
        assertThat(CommandLineRun.of("analyze", "--list-analyzers").out()).contains("IST0101", "WFT0201");
        assertThat(CommandLineRun.of("completion", "bash").out()).contains("analyze");
    }
}
