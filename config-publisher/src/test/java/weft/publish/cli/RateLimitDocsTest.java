package weft.publish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of docs/rate-limits.md are valid, and explain says of them what the page says. */
class RateLimitDocsTest {
    private static final Pattern EXAMPLE = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

    private static final String SHOP = """
            ---
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: shop}
            spec:
              selector: {app: shop}
              servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [shop.example]}]
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: shop}
            spec:
              hosts: [shop.example]
              gateways: [shop]
              http: [{name: all, directResponse: {status: 200}}]
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private static List<String> examples() throws IOException {
        List<String> found = new ArrayList<>();
        Matcher example = EXAMPLE.matcher(Files.readString(page()));
        while (example.find()) {
            found.add(example.group(1));
        }
        assertThat(found).isNotEmpty();
        return found;
    }

    private static Path page() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("docs/rate-limits.md"))) {
            folder = Objects.requireNonNull(folder.getParent(), "docs/rate-limits.md");
        }
        return folder.resolve("docs/rate-limits.md");
    }

    private String file(String text) throws IOException {
        return Files.writeString(folder.resolve("rules.yaml"), text).toString();
    }

    @Test
    void everyExampleIsValid() throws IOException {
        for (String example : examples()) {
            CommandLineRun run = CommandLineRun.of("validate", "--strict", "-f", file(example));
            assertThat(run.err()).as(example).isEmpty();
            assertThat(run.exitCode()).as(example).isZero();
        }
    }

    @Test
    void explainNamesTheLimitsOfARequest() throws IOException {
        String rules = file(examples().get(0) + SHOP);
        CommandLineRun text =
                CommandLineRun.of("explain", "GET", "http://shop.example/", "--gateway", "shop", "-f", rules);
        assertThat(text.out().replaceAll("\\s+", " "))
                .contains("100 in 60s per client address, 20 at once (RateLimitPolicy default/public per-client)");
        CommandLineRun json = CommandLineRun.of(
                "explain", "GET", "http://shop.example/", "--gateway", "shop", "-f", rules, "-o", "json");
        assertThat(json.out()).contains("\"policy\" : \"default/public\"", "\"burst\" : 20");
    }

    @Test
    void analyzeFindsAGatewayThatIsNotThere() throws IOException {
        CommandLineRun run =
                CommandLineRun.of("analyze", "-f", file(examples().get(0).replace("name: shop", "name: shpo") + SHOP));
        assertThat(run.out() + run.err())
                .contains("IST0101", "Gateway default/shpo not found: nothing is limited by it", "shop");
    }

    @Test
    void whatIsWrongIsToldWithItsPlace() throws IOException {
        Map<String, String> cases = Map.of(
                "rules: [{limit: {requests: 0, unit: SECOND}}]", "requests",
                "rules: [{limit: {requests: 1}}]", "unit",
                "rules: [{limit: {requests: 1, unit: SECOND, per: 1s}}]", "per",
                "rules: []", "rules",
                "rules: [{name: a, limit: {requests: 1, per: 1s}}, {name: a, limit: {requests: 1, per: 1s}}]",
                        "\"a\" twice",
                "rules: [{keys: [{header: x-a}, {header: X-A}], limit: {requests: 1, per: 1s}}]", "twice",
                "rules: [{keys: [{header: 'x a'}], limit: {requests: 1, per: 1s}}]", "a header name",
                "rules: [{match: [{uri: {regex: '('}}], limit: {requests: 1, per: 1s}}]", "regex",
                "targetRefs: [{kind: Pod, name: a}], rules: [{limit: {requests: 1, per: 1s}}]",
                        "networking.istio.io/Gateway",
                "selector: {matchLabels: {a: b}}, targetRefs: [{kind: Service, name: a}], rules: [{limit: {requests: 1, per: 1s}}]",
                        "selector beside targetRefs");
        for (Map.Entry<String, String> each : cases.entrySet()) {
            CommandLineRun run = CommandLineRun.of(
                    "validate",
                    "-f",
                    file("apiVersion: traffic.weft.dev/v1\nkind: RateLimitPolicy\nmetadata: {name: a}\nspec: {"
                            + each.getKey() + "}\n"));
            assertThat(run.err()).as(each.getKey()).contains(each.getValue());
            assertThat(run.exitCode()).as(each.getKey()).isEqualTo(65);
        }
    }

    @Test
    void aClaimIsWarnedOf() throws IOException {
        CommandLineRun run = CommandLineRun.of("validate", "-f", file("""
                        apiVersion: traffic.weft.dev/v1
                        kind: RateLimitPolicy
                        metadata: {name: a}
                        spec: {rules: [{keys: [{claim: sub}], limit: {requests: 1, unit: SECOND}}]}
                        """));
        assertThat(run.err()).contains("WFT0101", "no token is looked at");
        assertThat(run.exitCode()).isZero();
    }
}
