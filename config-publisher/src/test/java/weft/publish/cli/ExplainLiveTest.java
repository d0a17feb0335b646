package weft.publish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weft.log.TopicNames;
import weft.log.testing.TestBroker;

/** {@code weft explain} against a real broker: the rules in force, past bundles, who wrote a rule. */
class ExplainLiveTest {
    private static final String REVIEWS = """
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: reviews}
            spec:
              hosts: [reviews.default.svc.cluster.local]
              location: MESH_INTERNAL
              resolution: STATIC
              ports: [{number: 9080, name: http, protocol: HTTP}]
              endpoints: [{address: 10.0.0.1}]
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: reviews}
            spec:
              hosts: [reviews]
              http:
              - directResponse: {status: 201}
            """;

    private final TestBroker broker = TestBroker.shared();
    private final TopicNames topics = TestBroker.freshTopics();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private CommandLineRun weft(String author, String... arguments) {
        List<String> mesh = List.of("--kafka", broker.bootstrapServers(), "--topic-prefix", topics.prefix());
        return CommandLineRun.withInput("", Map.of("WEFT_AUTHOR", author), CommandLineRun.with(mesh, arguments));
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    private JsonNode explain(String... options) throws IOException {
        CommandLineRun run = weft(
                "eve", CommandLineRun.with(List.of(options), "explain", "GET", "http://reviews:9080/", "-o", "json"));
        assertThat(run.err()).isEmpty();
        return new ObjectMapper().readTree(run.out());
    }

    @Test
    void rulesInForceArePastOnesAndFilesOnTopAreTold() throws IOException {
        String file = file("rules.yaml", REVIEWS);
        weft("ada", "apply", "-f", file, "--no-wait", "-m", "first");
        file("rules.yaml", REVIEWS.replace("201", "202"));
        weft("bob", "apply", "-f", file, "--no-wait", "-m", "second");
        weft("cyd", "delete", "vs", "reviews", "-m", "gone");

        assertThat(explain().get("route").asText()).isEqualTo("default");
        JsonNode second = explain("--at", "bundle/2");
        assertThat(second.get("status").asInt()).isEqualTo(202);
        assertThat(second.get("bundle").asLong()).isEqualTo(2);
        assertThat(second.get("author").asText()).isEqualTo("bob");
        assertThat(second.get("source").asText()).isEqualTo(file + ":17");
        JsonNode first = explain("--at", "bundle/1");
        assertThat(first.get("status").asInt()).isEqualTo(201);
        assertThat(first.get("author").asText()).isEqualTo("ada");

        String other = file("other.yaml", REVIEWS.replace("201", "203"));
        JsonNode proposed = explain("-f", other, "--live");
        assertThat(proposed.get("status").asInt()).isEqualTo(203);
        assertThat(proposed.has("bundle")).isFalse();

        CommandLineRun text = weft("eve", "explain", "GET", "http://reviews:9080/", "--at", "bundle/2");
        assertThat(text.out().replaceAll("\\d+s ago", "now"))
                .startsWith("✔ GET reviews:9080/ is answered 202 by the proxy itself.\n")
                .contains(" In force since bundle 2 by bob, now: \"second\".");
    }

    @Test
    void bundleThatNeverWasIsSaid() throws IOException {
        assertThat(weft("eve", "explain", "GET", "http://a/").exitCode()).isEqualTo(1);
        weft("ada", "apply", "-f", file("rules.yaml", REVIEWS), "--no-wait");
        CommandLineRun run = weft("eve", "explain", "GET", "http://a/", "--at", "bundle/7");
        assertThat(run.err()).contains("there is no bundle/7 (expected: bundle/1 to bundle/1)");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(weft("eve", "explain", "GET", "http://a/", "--at", "bundle/0")
                        .exitCode())
                .isEqualTo(1);
    }

    @Test
    void brokerThatIsNotThereEndsWith69() {
        CommandLineRun run =
                CommandLineRun.of("explain", "GET", "http://a/", "--kafka", "127.0.0.1:1", "--kafka-timeout", "1s");
        assertThat(run.exitCode()).isEqualTo(69);
    }
}
