package weft.publish.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weft.log.MeshTopics;
import weft.log.TopicAdmin;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.log.testing.TestBroker;
import weft.schema.Workload;
import weft.schema.WorkloadState;

/** {@code weft workloads} against a real broker. */
class WorkloadsCommandTest {
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final long LEASE_MILLIS = 15_000;
    private static final String SERVICES = """
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: cart, namespace: shop}
            spec:
              hosts: [cart.shop.test]
              ports: [{number: 80, name: http, protocol: HTTP}]
              resolution: STATIC
              workloadSelector: {labels: {app: cart}}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: cart-v2, namespace: shop}
            spec:
              selector: {app: cart, version: v2}
              ports: [{port: 80, name: http}]
            """;

    private final TestBroker broker = TestBroker.shared();
    private final TopicNames topics = TestBroker.freshTopics();
    private final WireCodec codec = WireCodec.withLocalSchemas();
    private final KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(broker.clientProperties(), new ByteArraySerializer(), new ByteArraySerializer());

    @TempDir
    private Path folder;

    @AfterEach
    void stop() {
        producer.close();
    }

    private String[] arguments(String... arguments) {
        List<String> mesh = List.of("--kafka", broker.bootstrapServers(), "--topic-prefix", topics.prefix());
        return CommandLineRun.with(mesh, arguments);
    }

    private CommandLineRun weft(String... arguments) {
        return CommandLineRun.withInput("", Map.of(), arguments(arguments));
    }

    private void publishServices() throws IOException {
        Path file = Files.writeString(folder.resolve("services.yaml"), SERVICES);
        assertThat(weft("apply", "-f", file.toString()).exitCode()).isZero();
    }

    private static Workload.Builder workload(String id, WorkloadState state) {
        return Workload.newBuilder()
                .setId(id)
                .setNamespace("shop")
                .setAddress("10.0.0.7")
                .setPorts(Map.of("http", 15_006, "admin", 9_000))
                .setLabels(Map.of("app", "cart"))
                .setState(state)
                .setLeaseMillis(LEASE_MILLIS)
                .setGroup("shop/cart")
                .setProxyId(id);
    }

    private void makeTopic() {
        new TopicAdmin(broker.clientProperties(), DEADLINE).ensure(List.of(new MeshTopics(topics).workloads()));
    }

    private void report(Workload workload) throws Exception {
        report(workload, 0);
    }

    private void report(Workload workload, long ageMillis) throws Exception {
        send(workload.getNamespace() + "/" + workload.getId(), codec.encode(workload), ageMillis);
    }

    private void send(String id, byte @Nullable [] value, long ageMillis) throws Exception {
        long at = System.currentTimeMillis() - ageMillis;
        producer.send(new ProducerRecord<>(topics.workloads(), null, at, id.getBytes(StandardCharsets.UTF_8), value))
                .get();
    }

    @Test
    void listsWhoRegisteredWithStateServicesAndWhyOneIsNotReady() throws Exception {
        publishServices();
        assertThat(weft("workloads").err()).isEqualTo("no workload has registered\n");

        makeTopic();
        report(workload("cart-1", WorkloadState.READY)
                .setLocality("eu/west/a")
                .setLabels(Map.of("app", "cart", "version", "v2"))
                .build());
        report(workload("cart-2", WorkloadState.DRAINING).build());
        report(workload("cart-3", WorkloadState.NOT_READY)
                .setDetails("status 503")
                .build());
        report(workload("cart-4", WorkloadState.READY).build(), LEASE_MILLIS + 5_000);
        report(workload("cart-5", WorkloadState.READY).build(), 3_700_000);
        report(workload("gone", WorkloadState.READY).build());
        send("shop/gone", null, 0);
        report(workload("other", WorkloadState.READY).setNamespace("default").build());

        CommandLineRun shop = weft("workloads", "-n", "shop");
        assertThat(shop.exitCode()).isZero();
        assertThat(shop.out().lines().map(line -> line.replaceAll(" +", " ").replaceAll("\\d+s ago", "now")))
                .containsExactly(
                        "NAMESPACE NAME GROUP SERVICES STATE ADDRESS PORTS LOCALITY SEEN",
                        "shop cart-1 cart cart,cart-v2 READY 10.0.0.7 admin:9000,http:15006 eu/west/a now",
                        "shop cart-2 cart cart DRAINING 10.0.0.7 admin:9000,http:15006 - now",
                        "shop cart-3 cart cart NOT_READY 10.0.0.7 admin:9000,http:15006 - now",
                        "shop cart-4 cart cart EXPIRED 10.0.0.7 admin:9000,http:15006 - now",
                        "✘ shop/cart-3 is not ready: status 503",
                        "✘ shop/cart-4 is silent: its lease of 15s ran out, and proxies leave it out");
        assertThat(weft("workloads", "--all").out()).contains("cart-5", "other");
        assertThat(weft("workloads").out()).contains("other").doesNotContain("cart-5");
        assertThat(weft("workloads", "-o", "wide").out()).contains("PROXY", "app=cart,version=v2");

        JsonNode all =
                new ObjectMapper().readTree(weft("workloads", "-o", "json").out());
        JsonNode first = all.get("workloads").get(1);
        assertThat(first.get("name").asText()).isEqualTo("cart-1");
        assertThat(first.get("state").asText()).isEqualTo("ready");
        assertThat(first.get("services").toString()).isEqualTo("[\"cart\",\"cart-v2\"]");
        assertThat(first.get("labels").toString()).isEqualTo("{\"app\":\"cart\",\"version\":\"v2\"}");
        assertThat(first.get("ports").get("http").asInt()).isEqualTo(15_006);
        assertThat(first.get("proxy").asText()).isEqualTo("cart-1");
        assertThat(all.get("workloads").get(3).get("details").asText()).isEqualTo("status 503");
        assertThat(all.get("workloads").get(4).get("state").asText()).isEqualTo("expired");
    }

    @Test
    void watchingShowsEachReport() throws Exception {
        publishServices();
        makeTopic();
        report(workload("cart-1", WorkloadState.NOT_READY).build());
        StringWriter out = new StringWriter();
        Terminal terminal = new Terminal(
                new ByteArrayInputStream(new byte[0]),
                new PrintWriter(out),
                new PrintWriter(new StringWriter()),
                Map.of(),
                false);
        Thread watching = new Thread(() -> WeftCommand.run(terminal, arguments("workloads", "-w", "-o", "json")));
        watching.start();
        try {
            await().atMost(DEADLINE).until(() -> out.toString().contains("\"state\":\"not_ready\""));
            report(workload("cart-1", WorkloadState.READY).build());
            await().atMost(DEADLINE).until(() -> out.toString().contains("\"state\":\"ready\""));
        } finally {
            watching.interrupt();
            watching.join();
        }
        assertThat(out.toString().lines()).hasSizeGreaterThanOrEqualTo(2);
    }
}
