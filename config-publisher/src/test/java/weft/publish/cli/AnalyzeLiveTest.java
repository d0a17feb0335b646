package weft.publish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weft.log.TopicNames;
import weft.log.testing.TestBroker;

/** {@code weft analyze} against a real broker: the rules in force, and files on top of them. */
class AnalyzeLiveTest {
    private static final String SERVICE =
            "apiVersion: v1\nkind: Service\nmetadata: {name: reviews}\nspec: {ports: [{port: 80, name: http}]}\n---\n";
    private static final String V4 = OfflineCommandsTest.REVIEWS.replace("v1}", "v4}");
    private static final String SUBSETS = """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: reviews}
            spec: {host: reviews, subsets: [{name: v1}, {name: v2}, {name: v3}]}
            """;

    private final TestBroker broker = TestBroker.shared();
    private final TopicNames topics = TestBroker.freshTopics();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private CommandLineRun weft(String... arguments) {
        List<String> mesh = List.of("--kafka", broker.bootstrapServers(), "--topic-prefix", topics.prefix());
        return CommandLineRun.withInput("", Map.of("WEFT_AUTHOR", "ada"), CommandLineRun.with(mesh, arguments));
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    private void apply(String file) {
        assertThat(weft("apply", "-f", file, "--no-wait").exitCode()).isZero();
    }

    @Test
    void rulesInForceAreToldWithTheFilesTheyCameFrom() throws IOException {
        String rules = file("rules.yaml", SERVICE + V4);
        apply(rules);
        CommandLineRun run = weft("analyze");
        assertThat(run.out())
                .isEqualTo(rules + ":14:1 error IST0101 VirtualService reviews.default: subset \"v4\" is not declared:"
                        + " no DestinationRule is for reviews.default.svc.cluster.local\n");
        assertThat(run.err()).isEqualTo("2 rules analyzed: 1 errors, 0 warnings, 0 notes\n");
        assertThat(run.exitCode()).isEqualTo(79);
        assertThat(weft("analyze", "-o", "github").out()).startsWith("::error file=" + rules + ",line=14,");
    }

    @Test
    void filesCountOnTopOfRulesInForceOnlyWithLive() throws IOException {
        apply(file("service.yaml", SERVICE + SUBSETS));
        String added = file("added.yaml", V4);
        CommandLineRun onTop = weft("analyze", "-f", added, "--live");
        assertThat(onTop.out())
                .startsWith(added + ":9:44 error IST0101 subset \"v4\" is not declared in DestinationRule"
                        + " default/reviews (declared: v1, v2, v3)")
                .contains("subset: v4}\n");
        assertThat(onTop.err()).startsWith("3 rules analyzed: 1 errors, 0 warnings");
        assertThat(weft("analyze", "-f", added).out()).contains("host \"reviews\" not found");

        apply(added);
        assertThat(weft("analyze", "-f", file("mended.yaml", OfflineCommandsTest.REVIEWS), "--live")
                        .exitCode())
                .as("the file replaces the rule in force")
                .isZero();
        assertThat(weft("analyze").exitCode()).as("nothing was published").isEqualTo(79);
    }

    @Test
    void logThatIsNotThereIsAFailureAndNoCleanBill() {
        assertThat(weft("analyze").exitCode()).isEqualTo(1);
        assertThat(CommandLineRun.of("analyze", "--kafka", "127.0.0.1:1", "--kafka-timeout", "1s")
                        .exitCode())
                .isEqualTo(69);
    }
}
