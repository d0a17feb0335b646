package weft.publish.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weft.publish.Conformance;

/** Other people's cases about routing, asked of {@code weft explain} as JSON lines: the whole way, decoder included. */
class ExplainConformanceTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Pattern GATEWAY = Pattern.compile(
            "kind: Gateway\\nmetadata:\\n(?:  .*\\n)*?  name: \"?([^\"\\n]+)\"?\\n(?:  namespace: \"?([^\"\\n]+))?");

    /** Istio's simulation leaves this out of names that a rule completes. */
    private static final String DOMAIN = ".svc.cluster.local";

    /** With reasons in docs/conformance.md. */
    private static final Set<String> DEVIATIONS = Set.of("TestGatewayServices/no match selector, port 8080");

    private final List<String> failed = new ArrayList<>();
    private final Map<String, Integer> skipped = new TreeMap<>();
    private int deviating;
    private int passed;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private static JsonNode cases(String name) throws IOException {
        return MAPPER.readTree(
                Files.readString(Conformance.folder().resolve("cases").resolve(name)));
    }

    private List<JsonNode> explain(String rules, List<? extends JsonNode> requests) throws IOException {
        String file = Files.writeString(folder.resolve("rules.yaml"), rules).toString();
        StringBuilder lines = new StringBuilder();
        requests.forEach(request -> lines.append(request).append('\n'));
        CommandLineRun run = CommandLineRun.withInput(
                lines.toString(), Map.of(), "explain", "-f", file, "--requests", "-", "-o", "json");
        List<JsonNode> answers = new ArrayList<>();
        for (String line : run.out().lines().toList()) {
            answers.add(MAPPER.readTree(line));
        }
        assertThat(answers).as(run.err()).hasSameSizeAs(requests);
        return answers;
    }

    private void tell(String name, String wrong) {
        if (wrong.isEmpty()) {
            passed++;
        } else if (DEVIATIONS.contains(name)) {
            deviating++;
        } else {
            failed.add(name + ": " + wrong);
        }
    }

    private void report(String file, int least) {
        System.out.println(file + " explained: " + passed + " passed, " + failed.size() + " failed, " + deviating
                + " deviating, skipped " + skipped);
        assertThat(failed).isEmpty();
        assertThat(passed).isGreaterThanOrEqualTo(least);
    }

    @Test
    void simulatedCallsReachWhatIstioLetsThemReach() throws IOException {
        for (JsonNode c : cases("istio-traffic-simulation-cases.json").get("cases")) {
            List<JsonNode> calls = new ArrayList<>();
            List<ObjectNode> requests = new ArrayList<>();
            for (JsonNode call : c.get("calls")) {
                String reason = beyond(c, call);
                if (reason != null) {
                    skipped.merge(reason, 1, Integer::sum);
                    continue;
                }
                calls.add(call);
                requests.add(request(c, call.get("call")));
            }
            String rules =
                    c.path("config").asText() + "\n---\n" + c.path("kubeConfig").asText();
            List<JsonNode> answers = requests.isEmpty() ? List.of() : explain(rules, requests);
            for (int i = 0; i < answers.size(); i++) {
                String name =
                        c.get("id").asText() + ", " + calls.get(i).get("name").asText();
                tell(name, compare(answers.get(i), calls.get(i).get("result")));
            }
        }
        report("istio-traffic-simulation-cases", 22);
    }

    /** What of a call is no request that a client sends through a gateway or a sidecar, or null. */
    private static @Nullable String beyond(JsonNode c, JsonNode call) {
        if (!call.at("/call/protocol").asText().equals("http")) {
            return "TCP";
        }
        if (c.path("config").asText().contains("kind: PeerAuthentication")
                || c.get("id").asText().startsWith("TestInbound")) {
            return "inbound";
        }
        String sni = call.at("/call/sni").asText();
        return sni.isEmpty() || sni.equals(call.at("/call/hostHeader").asText()) ? null : "another server name";
    }

    private static ObjectNode request(JsonNode c, JsonNode call) {
        int port = call.get("port").asInt();
        ObjectNode request = MAPPER.createObjectNode()
                .put("authority", call.path("hostHeader").asText() + ":" + port)
                .put("path", call.path("path").asText("/"))
                .put("port", port);
        boolean isTls = !call.path("tls").asText("plaintext").equals("plaintext");
        request.put("scheme", isTls ? "https" : "http");
        if (c.get("proxy").asText().startsWith("gateway")) {
            Matcher gateway = GATEWAY.matcher(c.get("config").asText());
            assertThat(gateway.find()).isTrue();
            String namespace =
                    gateway.group(2) == null ? "default" : gateway.group(2).strip();
            request.put("gateway", namespace + "/" + gateway.group(1).strip()).put("sourceNamespace", "istio-system");
            request.putObject("sourceLabels").put("istio", "ingressgateway");
        } else {
            request.put("sourceNamespace", "default").putObject("sourceLabels").put("app", "foo");
        }
        return request;
    }

    private static String compare(JsonNode answer, JsonNode want) {
        String got = outcome(answer);
        String expected = want.has("error")
                ? want.get("error").asText()
                : want.path("clusterMatched").asText(got);
        if (!got.replace(DOMAIN, "").equals(expected.replace(DOMAIN, ""))) {
            return got + " (expected: " + expected + ")";
        }
        for (Map.Entry<String, String> field : Map.of(
                        "virtualHostMatched", "virtualHost", "listenerMatched", "listener")
                .entrySet()) {
            String found = answer.path(field.getValue()).asText();
            boolean isNamedAlike = !found.equals("virtualOutbound");
            if (isNamedAlike && !want.path(field.getKey()).asText(found).equals(found)) {
                return field.getValue() + " " + found + " (expected: " + want + ")";
            }
        }
        return "";
    }

    private static String outcome(JsonNode answer) {
        return switch (answer.path("reason").asText()) {
            case "no_listener", "gateway_not_found" -> "no listener matched";
            case "filter_chain_not_found" -> "no filter chains matched";
            case "route_not_found" -> answer.has("virtualHost") ? "no route matched" : "no virtual host matched";
            case "direct_response" ->
                answer.path("location").asText().startsWith("https:") ? "tls required, sending 301" : "answered";
            default -> answer.path("cluster").asText();
        };
    }

    @Test
    void sidecarsObeyTheVirtualServiceIstioPicks() throws IOException {
        for (JsonNode c : cases("istio-sidecar-route-cases.json").get("cases")) {
            List<String> hosts = new ArrayList<>();
            List<ObjectNode> requests = new ArrayList<>();
            for (Map.Entry<String, JsonNode> expected :
                    c.get("expectedVirtualHostToClusters").properties()) {
                if (expected.getKey().contains("*") || expected.getKey().contains(":")) {
                    skipped.merge("no host to ask for", 1, Integer::sum);
                    continue;
                }
                hosts.add(expected.getKey());
                requests.add(MAPPER.createObjectNode()
                        .put("authority", expected.getKey())
                        .put("port", c.get("listenPort").asInt())
                        .put("sourceNamespace", c.get("proxyNamespace").asText()));
            }
            List<JsonNode> answers =
                    requests.isEmpty() ? List.of() : explain(c.get("config").asText(), requests);
            for (int i = 0; i < answers.size(); i++) {
                JsonNode want = c.get("expectedVirtualHostToClusters").get(hosts.get(i));
                tell(c.get("id").asText() + ", " + hosts.get(i), sidecar(answers.get(i), want, hosts.get(i)));
            }
        }
        report("istio-sidecar-route-cases", 20);
    }

    private static String sidecar(JsonNode answer, JsonNode want, String host) {
        boolean isThere = answer.path("virtualHost").asText().startsWith(host + ":");
        if (want.isEmpty()) {
            return isThere ? answer + " (expected: no virtual host)" : "";
        }
        for (JsonNode cluster : want) {
            if (cluster.equals(answer.get("cluster"))) {
                return "";
            }
        }
        return answer + " (expected: " + want + ")";
    }

    @Test
    void pathsAreNormalisedAsByEnvoy() throws IOException {
        JsonNode all = cases("envoy-path-normalization-cases.json");
        List<ObjectNode> requests = new ArrayList<>();
        List<String> want = new ArrayList<>();
        for (JsonNode path : all.get("alreadyNormal")) {
            requests.add(MAPPER.createObjectNode().put("authority", "a.test").put("path", path.asText()));
            want.add(path.asText());
        }
        for (JsonNode c : all.get("normalize")) {
            requests.add(MAPPER.createObjectNode()
                    .put("authority", "a.test")
                    .put("path", c.get("in").asText()));
            want.add(c.get("want").asText());
        }
        List<JsonNode> answers = explain("", requests);
        for (int i = 0; i < answers.size(); i++) {
            String got = answers.get(i).path("rewrittenPath").asText();
            tell(requests.get(i).toString(), got.equals(want.get(i)) ? "" : got + " (expected: " + want.get(i) + ")");
        }
        skipped.put(
                "options that Istio leaves off",
                all.get("mergeSlashes").size() + all.get("unescapeSlashes").size());
        report("envoy-path-normalization-cases", 5);
    }
}
