package weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weft.log.BundleDraft;
import weft.log.KafkaClients;
import weft.log.RulePublisher;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.log.testing.TestBroker;
import weft.schema.Gateway;
import weft.schema.GatewayPort;
import weft.schema.GatewayServer;
import weft.schema.GatewaySpec;
import weft.schema.HTTPDirectResponse;
import weft.schema.HTTPRoute;
import weft.schema.Metadata;
import weft.schema.RateLimit;
import weft.schema.RateLimitPolicy;
import weft.schema.RateLimitPolicySpec;
import weft.schema.RateLimitRule;
import weft.schema.RateLimitScope;
import weft.schema.RateLimitUnit;
import weft.schema.VirtualService;
import weft.schema.VirtualServiceSpec;

/** Two whole gateways and a broker: a published policy becomes one limit for both. */
class SharedLimitTest {
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final int BURST = 60;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private final TopicNames names = TestBroker.freshTopics();

    private static Metadata named(String name) {
        return Metadata.newBuilder().setName(name).build();
    }

    private static List<SpecificRecord> rules() {
        GatewayPort port = GatewayPort.newBuilder()
                .setNumber(80)
                .setName("http")
                .setProtocol("HTTP")
                .build();
        GatewaySpec gateway = GatewaySpec.newBuilder()
                .setSelector(Map.of("app", "gw"))
                .setServers(List.of(GatewayServer.newBuilder()
                        .setPort(port)
                        .setHosts(List.of("*"))
                        .build()))
                .build();
        HTTPRoute route = HTTPRoute.newBuilder()
                .setDirectResponse(
                        HTTPDirectResponse.newBuilder().setStatus(200).build())
                .build();
        VirtualServiceSpec routes = VirtualServiceSpec.newBuilder()
                .setHosts(List.of("*"))
                .setGateways(List.of("gw"))
                .setHttp(List.of(route))
                .build();
        RateLimit limit = RateLimit.newBuilder()
                .setRequests(BURST)
                .setUnit(RateLimitUnit.HOUR)
                .build();
        RateLimitPolicySpec limits = RateLimitPolicySpec.newBuilder()
                .setRules(List.of(RateLimitRule.newBuilder()
                        .setName("all")
                        .setLimit(limit)
                        .setScope(RateLimitScope.GLOBAL)
                        .build()))
                .build();
        return List.of(
                new Gateway(named("gw"), gateway),
                new VirtualService(named("all"), routes),
                new RateLimitPolicy(named("shared"), limits));
    }

    private record Running(ProxyProcess process, int port, int admin) {}

    private Running start(TestBroker broker, String id) throws IOException, StartFailure {
        int port = freePort();
        int admin = freePort();
        ProxyCommand command = new ProxyCommand();
        Main.commandLine(command, Map.of())
                .parseArgs(
                        "--id",
                        id,
                        "--labels",
                        "app=gw",
                        "--kafka",
                        KafkaClients.bootstrapServers(broker.clientProperties()),
                        "--topic-prefix",
                        names.prefix(),
                        "--admin",
                        "127.0.0.1:" + admin,
                        "--ready",
                        "127.0.0.1:0",
                        "--bind-address",
                        "127.0.0.1",
                        "--bind-port",
                        "80=" + port,
                        "--threads",
                        "1",
                        "--data-dir",
                        folder.resolve(id).toString());
        return new Running(ProxyProcess.start(ProxySettings.of(command)), port, admin);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .build(),
                BodyHandlers.ofString());
    }

    private boolean passes(Running proxy) throws IOException, InterruptedException {
        HttpResponse<String> answer = get(proxy.port(), "/");
        if (answer.statusCode() == 200) {
            return true;
        }
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.headers().firstValue("x-ratelimit-limit")).hasValue("60");
        return false;
    }

    @Test
    void twoGatewaysHaveOneLimit() throws Exception {
        TestBroker broker = TestBroker.shared();
        try (RulePublisher publisher =
                RulePublisher.open(broker.clientProperties(), names, WireCodec.withLocalSchemas(), "test", DEADLINE)) {
            publisher.publish(BundleDraft.upserting(rules()));
        }
        Running first = start(broker, "gw-1");
        Running second = start(broker, "gw-2");
        try {
            for (Running each : List.of(first, second)) {
                await().atMost(DEADLINE)
                        .ignoreExceptions()
                        .until(() -> get(each.admin(), "/stats/prometheus")
                                .body()
                                .lines()
                                .anyMatch(line -> line.startsWith("weft_rate_limit_share{") && line.endsWith(" 0.5")));
            }
            int passed = 0;
            for (int i = 0; i < 2 * BURST; i++) {
                passed += passes(i % 2 == 0 ? first : second) ? 1 : 0;
            }
            // A share that falls takes tokens with it: less than the burst may pass, never much more.
            assertThat(passed).as("each by itself would let all pass").isBetween(BURST / 3, BURST + 2);
        } finally {
            first.process().stop();
            second.process().stop();
        }
    }
}
