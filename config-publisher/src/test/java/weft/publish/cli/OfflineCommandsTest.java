package weft.publish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command without a broker: usage, files, exit codes. */
class OfflineCommandsTest {
    static final String REVIEWS = """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata:
              name: reviews
            spec:
              hosts: [reviews]
              http:
              - route:
                - destination: {host: reviews, subset: v1}
            """;

    private static final String BROKEN = REVIEWS.replace("hosts", "hots").replace("subset", "subst");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private String file(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text).toString();
    }

    @Test
    void validFilesEndWithZero() throws IOException {
        CommandLineRun run = CommandLineRun.of("validate", "-f", file("a.yaml", REVIEWS));
        assertThat(run.out()).isEqualTo("virtualservice/reviews valid\n");
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void everyErrorIsShownWithItsLine() throws IOException {
        String file = file("a.yaml", BROKEN);
        CommandLineRun run = CommandLineRun.of("validate", "-f", file);
        assertThat(run.err())
                .contains(file + ":6:3: unknown field \"hots\" (did you mean \"hosts\"?)\n    6 |   hots: [reviews]\n")
                .contains(file + ":9:36: unknown field \"subst\" (did you mean \"subset\"?)");
        assertThat(run.out()).isEqualTo("virtualservice/reviews invalid\n");
        assertThat(run.exitCode()).isEqualTo(65);
    }

    @Test
    void jsonHasOneObjectForEachDocument() throws IOException {
        String service = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
        CommandLineRun run = CommandLineRun.of(
                "validate", "-o", "json", "-f", file("a.yaml", REVIEWS + "---\n" + service + "---\n" + BROKEN));
        assertThat(run.exitCode()).isEqualTo(65);
        assertThat(run.out().lines()).hasSize(3);
        assertThat(run.out().lines().toList().get(0))
                .contains(
                        "\"line\":1,\"kind\":\"VirtualService\",\"namespace\":\"default\",\"name\":\"reviews\",\"valid\":true");
        assertThat(run.out().lines().toList().get(1)).contains("\"skipped\":true");
        assertThat(run.out().lines().toList().get(2))
                .contains("\"valid\":false")
                .contains("\"line\":20,\"column\":3,\"message\":\"unknown field \\\"hots\\\"");
    }

    @Test
    void foldersAreReadWithAllBelowThemInOrder() throws IOException {
        file("b/c.yml", REVIEWS.replace("name: reviews", "name: third"));
        file("a.yaml", REVIEWS.replace("name: reviews", "name: first"));
        file("b/a.json", "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\"}");
        file("b/b.txt", "not yaml: [");
        file(".git/a.yaml", "not yaml: [");
        CommandLineRun run = CommandLineRun.of("validate", "-f", folder.toString());
        assertThat(run.out()).isEqualTo("virtualservice/first valid\nvirtualservice/third valid\n");
        assertThat(run.err()).isEqualTo("skipped what is not Weft's: ConfigMap 1\n");
    }

    @Test
    void standardInputIsRead() {
        CommandLineRun run = CommandLineRun.withInput(REVIEWS, Map.of(), "validate", "-f", "-");
        assertThat(run.out()).isEqualTo("virtualservice/reviews valid\n");
        CommandLineRun broken = CommandLineRun.withInput("a: [", Map.of(), "validate", "-f", "-");
        assertThat(broken.err()).startsWith("-:1:5: not YAML: ");
        assertThat(broken.out()).isEqualTo("- invalid\n");
    }

    @Test
    void clientDryRunNeedsNoBroker() throws IOException {
        CommandLineRun run = CommandLineRun.of("apply", "--dry-run=client", "-f", file("a.yaml", REVIEWS));
        assertThat(run.out()).isEqualTo("virtualservice/reviews valid (dry run)\n");
        assertThat(CommandLineRun.of("apply", "--dry-run", "-f", file("b.yaml", BROKEN))
                        .exitCode())
                .isEqualTo(65);
    }

    @Test
    void oneResourceTwiceIsRefused() throws IOException {
        String other = REVIEWS.replace("v1}", "v2}");
        CommandLineRun run = CommandLineRun.of("apply", "--dry-run", "-f", file("a.yaml", REVIEWS + "---\n" + other));
        assertThat(run.exitCode()).isEqualTo(65);
        assertThat(run.err()).contains("a.yaml:11: VirtualService/default/reviews is described twice, also at ");
    }

    @Test
    void missingFileIsNamed() {
        CommandLineRun run = CommandLineRun.of("validate", "-f", "no/such.yaml");
        assertThat(run.err()).isEqualTo("weft: no/such.yaml: no such file or folder\n");
        assertThat(run.exitCode()).isEqualTo(64);
    }

    @Test
    void unknownCommandNamesTheNearest() {
        CommandLineRun run = CommandLineRun.of("aply", "-f", "x");
        assertThat(run.err()).startsWith("weft: unknown command \"aply\" (did you mean apply?)\n");
        assertThat(run.exitCode()).isEqualTo(64);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "apply",
                "apply --nonsense",
                "get nonsense",
                "delete vs",
                "delete",
                "stat nonsense",
                "stat -t x",
                "history --limit 0",
                "apply -f x --wait=never",
                "apply -f x --prune",
                "tail --max-rps 0",
                "completion tcsh",
                "get -o xml",
                "get --topic-prefix a/b",
                "get --kafka-config no/such.properties",
                ""
            })
    void misuseEndsWith64AndNoStackTrace(String arguments) {
        CommandLineRun run = CommandLineRun.of(arguments.isEmpty() ? new String[0] : arguments.split(" "));
        assertThat(run.exitCode()).isEqualTo(64);
        assertThat(run.err()).startsWith("weft: ").doesNotContain("\tat ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "apply",
                "delete",
                "get",
                "validate",
                "history",
                "proxies",
                "workloads",
                "check",
                "stat",
                "tail",
                "completion"
            })
    void helpOpensWithExamples(String command) {
        CommandLineRun run = CommandLineRun.of(command, "--help");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).startsWith("Examples:\n  ").contains("weft " + command);
    }

    @Test
    void helpSaysWhatEachCommandDoes() {
        String help = CommandLineRun.of("--help").out();
        assertThat(help.lines().filter(line -> line.startsWith("  apply ")))
                .singleElement()
                .asString()
                .endsWith("  Publishes rule files as one bundle and waits until every live proxy serves it.");
        assertThat(help.lines().filter(line -> line.startsWith("  up "))).hasSize(1);
        List<String> listed = help.lines()
                .dropWhile(line -> !line.startsWith("Commands:"))
                .takeWhile(line -> !line.startsWith("Exit codes:"))
                .filter(line -> line.startsWith("  "))
                .toList();
        assertThat(listed).hasSizeGreaterThan(20).allMatch(line -> line.matches("  [a-z-]+ +[A-Z].*\\."));
        assertThat(CommandLineRun.of("keys", "--help").out()).containsPattern("  generate +Writes NAME\\.key");
    }

    @Test
    void helpListsTheExitCodes() {
        assertThat(CommandLineRun.of("--help").out())
                .contains("Exit codes:")
                .contains("69")
                .contains("80");
        assertThat(CommandLineRun.of("completion", "bash").out()).contains("complete -F");
    }

    @Test
    void noBrokerEndsWith69() throws IOException {
        String nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = "127.0.0.1:" + socket.getLocalPort();
        }
        List<String> kafka = List.of("--kafka", nobody, "--kafka-timeout", "500ms");
        String file = file("a.yaml", REVIEWS);
        for (String command :
                List.of("get", "apply -f " + file, "delete vs reviews", "history", "proxies", "workloads", "check")) {
            CommandLineRun run = CommandLineRun.of(CommandLineRun.with(kafka, command.split(" ")));
            assertThat(run.exitCode()).as(command + ": " + run.err()).isEqualTo(69);
            assertThat(run.err())
                    .startsWith("weft: no Kafka broker answered at " + nobody)
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void badRulesEndWith65EvenWithoutABroker() throws IOException {
        CommandLineRun run = CommandLineRun.of(
                "apply", "-f", file("a.yaml", BROKEN), "--kafka", "127.0.0.1:1", "--kafka-timeout", "300ms");
        assertThat(run.exitCode()).isEqualTo(65);
        assertThat(run.err()).contains("1 document is invalid; nothing was published");
    }
}
