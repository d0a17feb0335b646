package weft.publish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weft.publish.Conformance;

/** {@code weft explain} on files: text, JSON, batches, exit codes. */
class ExplainCommandTest {
    static final String SHOP = """
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
    void pathsAreMadeCanonicalAsTheProxiesAreTold() {
        String url = "http://shop.example//reviews/1";
        String[] plain = {"explain", "GET", url, "--gateway", "default/shop", "-H", "end-user: jason", "-f", rules};
        assertThat(CommandLineRun.of(plain).out()).contains("404");
        String[] merged = Arrays.copyOf(plain, plain.length + 2);
        merged[plain.length] = "--path-normalization";
        merged[plain.length + 1] = "merge_slashes";
        assertThat(CommandLineRun.of(merged).out()).contains("/reviews/1 → /v2/1");
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
            explain GET http://a/ --at yesterday        | --at: "yesterday" (expected: bundle/N, a time as
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

    @Test
    void unreadableFileIsNotExplained() throws IOException {
        Files.writeString(folder.resolve("shop.yaml"), "a: [");
        CommandLineRun run = explain("GET", "http://shop.example/");
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("weft: nothing is explained: not every document can be read");
        assertThat(run.exitCode()).isEqualTo(65);
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
