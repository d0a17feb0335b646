package weft.local.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import weft.proxy.dns.DnsResolver;
import weft.proxy.server.ProxyServer;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.InboundPort;
import weft.routing.snapshot.ProxyIdentity.Mode;

/** The examples of docs/rate-limits.md from their YAML to what clients get, by a gateway and by a sidecar. */
class RateLimitExamplesTest {
    private static final Pattern EXAMPLE = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

    private static final String SHOP = """
            ---
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: shop}
            spec:
              selector: {app: shop}
              servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: shop}
            spec:
              hosts: ['*']
              gateways: [shop]
              http: [{directResponse: {status: 200}}]
            """;

    private final HttpClient client = HttpClient.newHttpClient();

    private static String example(int index) throws IOException {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("docs/rate-limits.md"))) {
            folder = Objects.requireNonNull(folder.getParent(), "docs/rate-limits.md");
        }
        List<String> found = new ArrayList<>();
        Matcher example = EXAMPLE.matcher(Files.readString(folder.resolve("docs/rate-limits.md")));
        while (example.find()) {
            found.add(example.group(1));
        }
        return found.get(index);
    }

    private static ProxyServer serving(ProxyIdentity identity, Map<Integer, Integer> ports, String yaml) {
        return ServedRules.start(identity, ports, yaml, ended -> {}, DnsResolver.Settings.system(null));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** How many of so many requests pass, and how long they took. */
    private record Outcome(int passed, double seconds) {}

    private Outcome send(int count, HttpRequest request) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        int passed = 0;
        for (int i = 0; i < count; i++) {
            HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
            if (response.statusCode() == 200) {
                passed++;
            } else {
                assertThat(response.statusCode()).isEqualTo(429);
                assertThat(response.body()).isEqualTo("local_rate_limited");
                assertThat(response.headers().firstValue("retry-after")).isPresent();
            }
        }
        return new Outcome(passed, (System.nanoTime() - begin) / 1e9);
    }

    private static void assertLimited(Outcome outcome, int burst, double perSecond) {
        assertThat((double) outcome.passed()).isBetween((double) burst, burst + outcome.seconds() * perSecond + 1);
    }

    private static HttpRequest.Builder request(int port, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    }

    @Test
    void gatewayHoldsEachClientToItsLimit() throws Exception {
        ProxyIdentity gateway =
                new ProxyIdentity("gw", "default", Map.of("app", "shop"), "", "", "gw", Mode.GATEWAY, List.of());
        int port = freePort();
        try (ProxyServer server = serving(gateway, Map.of(80, port), example(0) + SHOP)) {
            assertThat(server.bindFailures()).isEmpty();
            assertLimited(send(40, request(port, "/").build()), 20, 100 / 60.0);
        }
    }

    @Test
    void sidecarTellsRequestsAndTenantsApart() throws Exception {
        HttpServer orders = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        orders.createContext("/", call -> {
            call.getRequestBody().readAllBytes();
            call.sendResponseHeaders(200, -1);
            call.close();
        });
        orders.start();
        int port = freePort();
        ProxyIdentity sidecar = new ProxyIdentity(
                "orders-1",
                "default",
                Map.of("app", "orders"),
                "",
                "",
                "orders",
                Mode.SIDECAR,
                List.of(new InboundPort(
                        "127.0.0.1", port, 80, "127.0.0.1", orders.getAddress().getPort())));
        try (ProxyServer server = serving(sidecar, Map.of(), example(1))) {
            assertThat(server.bindFailures()).isEmpty();
            for (String tenant : List.of("a", "b")) {
                HttpRequest write = request(port, "/orders/1")
                        .header("x-tenant", tenant)
                        .POST(BodyPublishers.ofString("{}"))
                        .build();
                assertLimited(send(30, write), 10, 10);
            }
            assertThat(send(
                                    30,
                                    request(port, "/orders/1")
                                            .header("x-tenant", "a")
                                            .build())
                            .passed())
                    .as("reading is no writing")
                    .isEqualTo(30);
            assertThat(send(10, request(port, "/reports").build()).passed())
                    .as("a shadow refuses nobody")
                    .isEqualTo(10);
            assertThat(server.rateLimiters().stats().get("default/orders/what-if.http_local_rate_limit.rate_limited"))
                    .isPositive();
        } finally {
            orders.stop(0);
        }
    }
}
