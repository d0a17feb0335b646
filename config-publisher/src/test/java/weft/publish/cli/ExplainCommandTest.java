package weft.publish.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weft.publish.Conformance;
import weft.publish.explain.BoundedLines;

/** {@code weft explain} on files: text, JSON, batches, exit codes. */
class ExplainCommandTest {
    private static final String SHOP = """
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: shop}
            spec:
              selector: {istio: ingressgateway}
              servers:
              - {port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: front}
            spec:
              hosts: [shop.example]
              gateways: [shop]
              http:
              - match: [{uri: {exact: /}}, {uri: {prefix: /static}, method: {exact: POST}}]
                route: [{destination: {host: front}}]
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: reviews}
            spec:
              hosts: [shop.example]
              gateways: [shop]
              http:
              - name: jason
                match: [{uri: {prefix: /reviews}, headers: {end-user: {exact: jason}}}]
                rewrite: {uri: /v2, authority: inner.test}
                timeout: 10s
                route:
                - {destination: {host: reviews, subset: v1}, weight: 80}
                - {destination: {host: reviews, subset: v2}, weight: 20}
              - match: [{uri: {prefix: /gone}}]
                route: [{destination: {host: reviews, subset: v9}}]
            ---
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: reviews}
            spec:
              hosts: [reviews.default.svc.cluster.local]
              location: MESH_INTERNAL
              resolution: STATIC
              ports: [{number: 9080, name: http, protocol: HTTP}]
              endpoints: [{address: 10.0.0.1, labels: {version: v1}}, {address: 10.0.0.2, labels: {version: v2}}]
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: reviews}
            spec: {host: reviews, subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]}
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private String rules;

    @BeforeEach
    void write() throws IOException {
        rules = Files.writeString(folder.resolve("shop.yaml"), SHOP).toString();
    }

    private CommandLineRun explain(String... arguments) {
        return CommandLineRun.of(
                CommandLineRun.with(List.of("-f", rules), CommandLineRun.with(List.of(arguments), "explain")));
    }

    @Test
    void thirdRouteOfAMergedGatewayHostIsExplainedAsByAColleague() {
        CommandLineRun run =
                explain("GET", "http://shop.example/reviews/7", "-H", "End-User: jason", "--gateway", "shop");
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo("""
            ✔ GET shop.example/reviews/7 goes to reviews v1 (80 %) or reviews v2 (20 %).
              The third of 4 routes matches: http[0] "jason" of VirtualService default/reviews, FILE:26.

              at gateway default/shop, listener 0.0.0.0_80, virtual host shop.example:80
              VirtualService default/front
                ✘ http[0] line 16   uri exact "/": the path is "/reviews/7"
                ✘ http[0] line 16   uri prefix "/static": the path is "/reviews/7"
              VirtualService default/reviews
                ✔ http[0] "jason" line 26   uri prefix "/reviews", headers.end-user exact "jason"
                · 1 more route after it, not looked at: the first match wins

              → outbound|9080|v1|reviews.default.svc.cluster.local
                weights   reviews v1 80 % · reviews v2 20 %, drawn for each request
                path      /reviews/7 → /v2/7
                host      shop.example → inner.test
                timeout   10s
                retries   2 more on connect-failure, refused-stream, retriable-status-codes, cancelled, unavailable (the default)
            """.replace("FILE", rules));
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void drawDecidesAmongWeights() {
        assertThat(explain(
                                "GET",
                                "http://shop.example/reviews",
                                "-H",
                                "end-user: jason",
                                "--gateway",
                                "shop",
                                "--random",
                                "185")
                        .out())
                .startsWith("✔ GET shop.example/reviews goes to reviews v2.\n")
                .contains("this draw: 85 of 100");
    }

    @Test
    void linesFitANarrowTerminal() {
        CommandLineRun run = CommandLineRun.withInput(
                "",
                Map.of("COLUMNS", "50"),
                "explain",
                "GET",
                "http://shop.example/reviews/7",
                "-H",
                "end-user: jason",
                "--gateway",
                "shop",
                "-f",
                rules);
        assertThat(run.out().lines().filter(line -> !line.contains(rules)))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line.codePointCount(0, line.length()))
                        .isLessThanOrEqualTo(line.contains("outbound|") ? 60 : 50));
    }

    @Test
    void missingSubsetIsNamedWithThoseThatAre() {
        CommandLineRun run = explain("GET", "http://shop.example/gone", "--gateway", "shop");
        assertThat(run.out())
                .startsWith("✘ GET shop.example/gone is answered 503 (NC)")
                .contains("Service reviews.default.svc.cluster.local has no subset \"v9\" (there is: v1, v2).");
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void jsonIsOneDocumentWithTheTrace() throws IOException {
        CommandLineRun run = explain(
                "GET", "http://shop.example/reviews", "-H", "end-user: jason", "--gateway", "shop", "-o", "json");
        JsonNode told = new ObjectMapper().readTree(run.out());
        assertThat(told.get("apiVersion").asText()).isEqualTo("weft/v1");
        assertThat(told.get("virtualService").asText()).isEqualTo("default/reviews");
        assertThat(told.get("route").asText()).isEqualTo("jason");
        assertThat(told.get("source").asText()).isEqualTo(rules + ":26");
        assertThat(told.get("timeoutMillis").asLong()).isEqualTo(10_000);
        assertThat(told.at("/retries/retryOn/0").asText()).isEqualTo("connect-failure");
        assertThat(told.at("/trace/0/failed/field").asText()).isEqualTo("uri");
        assertThat(told.at("/trace/2/verdict").asText()).isEqualTo("matched");
        assertThat(told.at("/trace/3/verdict").asText()).isEqualTo("not_reached");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            explain                                     | which request? (expected: METHOD URL, or --requests FILE)
            explain GET                                 | "GET" (expected: METHOD URL, as GET http://reviews:9080/)
            explain GET ftp://a/                        | scheme: "ftp" (expected: http or https)
            explain GET http:///x                       | authority: missing (expected: host or host:port)
            explain GET http://a:99999/                 | port: 99999 (expected: 1 to 65535)
            explain GET http://u@a/                     | authority: "u@a" (expected: host or host:port)
            explain G€T http://a/                       | method: "G€T" (expected: as GET)
            explain GET http://a/ -H nocolon            | -H: "nocolon" (expected: 'name: value')
            explain GET http://a/ --random -1           | random: -1 (expected: a whole number, 0 or more)
            explain GET http://a/ --at yesterday        | --at: "yesterday" (expected: bundle/N)
            explain GET http://a/ --from a --gateway b  | --from and --gateway: a request has one origin (expected: one)
            explain GET http://a/ --requests r          | --requests: "GET" (expected: no METHOD and URL beside it)
            explain --requests nowhere.ndjson           | nowhere.ndjson: no such file
            """)
    void whatIsWrongOnTheCommandLineIsSaid(String line, String message) {
        CommandLineRun run = CommandLineRun.of(
                CommandLineRun.with(List.of("-f", rules), line.trim().split(" +")));
        assertThat(run.err()).contains("weft: " + message);
        assertThat(run.exitCode()).isEqualTo(64);
    }

    @Test
    void unknownGatewayEndsWith1AndTheNearestName() {
        CommandLineRun run = explain("GET", "http://shop.example/", "--gateway", "default/shp");
        assertThat(run.err())
                .isEqualTo("weft: gateway \"default/shp\" is not among the rules (there is: default/shop);"
                        + " did you mean default/shop?\n");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @Test
    void invalidDocumentIsLeftOutAndEndsWith65() throws IOException {
        Files.writeString(
                folder.resolve("shop.yaml"), SHOP + "---\n" + OfflineCommandsTest.REVIEWS.replace("hosts", "hots"));
        CommandLineRun run = explain("GET", "http://shop.example/gone", "--gateway", "shop");
        assertThat(run.out()).startsWith("✘ GET shop.example/gone is answered 503 (NC)");
        assertThat(run.err()).contains("unknown field \"hots\"").contains("▲ 1 document is invalid and left out");
        assertThat(run.exitCode()).isEqualTo(65);
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
    void unreadableFileIsNotExplained() throws IOException {
        Files.writeString(folder.resolve("shop.yaml"), "a: [");
        CommandLineRun run = explain("GET", "http://shop.example/");
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("weft: nothing is explained: not every document can be read");
        assertThat(run.exitCode()).isEqualTo(65);
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
        assertThat(explain("GET", "http://root.example/r/x", "--gateway", "shop")
                        .out())
                .contains("of VirtualService default/root, from its delegate team/leaf");
    }

    @Test
    void bookinfoSamplesAreExplained() {
        Path samples = Conformance.folder().resolve("verbatim/istio+istio/samples/bookinfo/networking");
        CommandLineRun run = CommandLineRun.of(
                "explain",
                "GET",
                "http://bookinfo.example/static/a.css",
                "--gateway",
                "default/bookinfo-gateway",
                "-f",
                samples.resolve("bookinfo-gateway.yaml").toString());
        assertThat(run.out())
                .contains("The second of 5 routes matches: http[0] of VirtualService default/bookinfo")
                .contains("No service productpage.default.svc.cluster.local is known to this proxy.");
        assertThat(run.exitCode()).isZero();
    }
}
