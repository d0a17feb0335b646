package weft.publish.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.publish.cli.ExplainCommandTest.SHOP;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weft.publish.explain.BoundedLines;

/** {@code weft explain --requests}: an answer to each line, whatever stands there. */
class ExplainBatchTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private String rules;

    @BeforeEach
    void write() throws IOException {
        rules = Files.writeString(folder.resolve("shop.yaml"), SHOP).toString();
    }

    private List<JsonNode> batch(String... lines) throws IOException {
        CommandLineRun run = CommandLineRun.withInput(
                String.join("\n", lines), Map.of(), "explain", "-f", rules, "--requests", "-", "-o", "json");
        List<JsonNode> answers = new ArrayList<>();
        for (String line : run.out().lines().toList()) {
            answers.add(new ObjectMapper().readTree(line));
        }
        assertThat(run.exitCode()).isEqualTo(run.err().contains("could not be read") ? 1 : 0);
        return answers;
    }

    @Test
    void everyLineOfABatchHasAnAnswer() throws IOException {
        List<JsonNode> answers = batch(
                "{\"authority\": \"shop.example\", \"path\": \"/reviews/1?x\", \"headers\": {\"End-User\": [\"jason\"]},"
                        + " \"gateway\": \"default/shop\", \"random\": 85, \"id\": \"a\"}",
                "",
                "{\"authority\": \"nobody.example\", \"gateway\": \"default/shop\"}".replace("nobody", "shop"),
                "{\"authority\": \"reviews\", \"port\": 9080, \"sourceNamespace\": \"default\", \"sourceLabels\": {\"a\": \"b\"}}",
                "{\"headers\": {\"host\": \"elsewhere.com\"}}",
                "{\"authority\": \"shop.example\", \"gateway\": \"default/nope\"}");
        assertThat(answers).hasSize(5);
        assertThat(answers.get(0).toString())
                .startsWith("{\"line\":1,\"id\":\"a\",\"virtualService\":\"default/reviews\",\"route\":\"jason\","
                        + "\"action\":\"route\",\"cluster\":\"outbound|9080|v2|reviews.default.svc.cluster.local\","
                        + "\"subset\":\"v2\",\"weight\":20,\"rewrittenPath\":\"/v2/1?x\","
                        + "\"rewrittenAuthority\":\"inner.test\",\"status\":null,\"location\":null,"
                        + "\"responseFlags\":null,\"reason\":\"via_upstream\",");
        assertThat(answers.get(1).toString())
                .contains("\"line\":3")
                .contains("\"cluster\":\"outbound|80||front.default.svc.cluster.local\"")
                .contains("\"status\":503")
                .contains("\"responseFlags\":\"NC\"")
                .contains("\"reason\":\"cluster_not_found\"");
        assertThat(answers.get(2).get("cluster").asText())
                .isEqualTo("outbound|9080||reviews.default.svc.cluster.local");
        assertThat(answers.get(3).get("cluster").asText()).isEqualTo("PassthroughCluster");
        assertThat(answers.get(4).get("status").asInt()).isEqualTo(404);
        assertThat(answers.get(4).get("reason").asText()).isEqualTo("gateway_not_found");
    }

    @Test
    void answersReachWhoeverWaitsForThemBeforeTheNextLine() throws IOException, InterruptedException {
        PipedOutputStream questions = new PipedOutputStream();
        StringWriter answers = new StringWriter();
        Terminal terminal = new Terminal(
                new PipedInputStream(questions),
                new PrintWriter(new BufferedWriter(answers, 1 << 16)),
                new PrintWriter(new StringWriter()),
                Map.of(),
                false);
        Thread command =
                new Thread(() -> WeftCommand.run(terminal, "explain", "-f", rules, "--requests", "-", "-o", "json"));
        command.start();
        for (int i = 1; i <= 3; i++) {
            questions.write("{\"authority\": \"a\"}\n".getBytes(StandardCharsets.UTF_8));
            questions.flush();
            String wanted = "{\"line\":" + i;
            Awaitility.await().until(() -> answers.toString().contains(wanted));
        }
        questions.close();
        command.join();
    }

    @Test
    void linesThatCannotBeReadAreAnsweredWithTheirNumberAndTheRestGoesOn() throws IOException {
        String good = "{\"authority\": \"reviews:9080\"}";
        String long10 = "{\"authority\": \"" + "x".repeat(10 << 20) + "\"}";
        List<JsonNode> answers = batch(
                "{broken",
                good,
                "[1]",
                "{\"authority\": 7}",
                "{\"path\": \"/x\"}",
                "{\"authority\": \"a\", \"path\": \"x\"}",
                "{\"authority\": \"a\", \"port\": 0}",
                "{\"authority\": \"a\", \"random\": 0.5}",
                "{\"authority\": \"a\", \"headers\": [\"x\"]}",
                "{\"authority\": \"a\", \"headers\": {\"x y\": \"1\"}}",
                long10,
                "{\"authority\": \"a\"} trailing",
                "{\"authority\": \"a\", \"authority\": \"b\"}",
                good);
        assertThat(answers).hasSize(14);
        for (int i = 0; i < answers.size(); i++) {
            assertThat(answers.get(i).get("line").asInt()).isEqualTo(i + 1);
            assertThat(answers.get(i).has("error"))
                    .as(answers.get(i).toString())
                    .isEqualTo(i != 1 && i != 13);
        }
        assertThat(answers.get(0).get("error").asText()).startsWith("not JSON: ");
        assertThat(answers.get(10).get("error").asText())
                .isEqualTo(long10.length() + " bytes (expected: at most " + BoundedLines.MAX_BYTES + " in one line)");
    }

    @Test
    void creationTimestampsOfFilesDecideWhichRuleIsOlder() throws IOException {
        String rule = """
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: %s, creationTimestamp: "%s"}
            spec: {hosts: [same.example], http: [{directResponse: {status: %d}}]}
            """;
        Files.writeString(
                folder.resolve("shop.yaml"),
                rule.formatted("a", "2022-01-01T00:00:00Z", 201)
                        + rule.formatted("b", "2021-01-01T00:00:00+01:00", 202));
        assertThat(batch("{\"authority\": \"same.example\"}")
                        .get(0)
                        .get("status")
                        .asInt())
                .isEqualTo(202);
        Files.writeString(
                folder.resolve("shop.yaml"),
                rule.formatted("a", "2022-01-01T00:00:00Z", 201) + rule.formatted("b", "no time", 202));
        assertThat(batch("{\"authority\": \"same.example\"}")
                        .get(0)
                        .get("status")
                        .asInt())
                .isEqualTo(202); // none is older than any
    }

    @Test
    void delegatesAreSpokenOfByTheirRoot() throws IOException {
        Files.writeString(folder.resolve("shop.yaml"), SHOP + """
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: root}
            spec:
              hosts: [root.example]
              gateways: [shop]
              http: [{match: [{uri: {prefix: /r}}], delegate: {name: leaf, namespace: team}}]
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: leaf, namespace: team}
            spec: {http: [{match: [{uri: {prefix: /r/x}}], directResponse: {status: 204}}]}
            """);
        JsonNode told = batch("{\"authority\": \"root.example\", \"path\": \"/r/x\", \"gateway\": \"default/shop\"}")
                .get(0);
        assertThat(told.get("virtualService").asText()).isEqualTo("default/root");
        assertThat(told.get("delegate").asText()).isEqualTo("team/leaf");
        assertThat(told.get("status").asInt()).isEqualTo(204);
        assertThat(CommandLineRun.of("explain", "GET", "http://root.example/r/x", "--gateway", "shop", "-f", rules)
                        .out())
                .contains("of VirtualService default/root, from its delegate team/leaf");
    }
}
