package weft.local.acl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weft.local.acl.SecuredMesh.Outcome;
import weft.log.testing.SecuredBroker;
import weft.log.testing.TestCertificates;
import weft.publish.log.acl.Grant;
import weft.publish.log.acl.MeshRole;
import weft.sink.Aggregator;
import weft.sink.SinkSettings;
import weft.sink.traffic.TrafficTopology;

/** Each role does its work with the ACLs of the plan and needs each of them; what is not its own is refused in words. */
class RolesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static SecuredBroker broker;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        broker = SecuredBroker.create(new TestCertificates("authority"));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static String rule(String kind, String name, String spec) {
        boolean isOurs = kind.endsWith("Policy");
        return "---\napiVersion: " + (isOurs ? "traffic.weft.dev/v1" : "networking.istio.io/v1") + "\nkind: " + kind
                + "\nmetadata: {name: " + name + "}\nspec: " + spec + "\n";
    }

    private Path rules(String... documents) throws IOException {
        return Files.writeString(folder.resolve("rules.yaml"), String.join("", documents));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void everyRoleWorksWithItsAclsAndNeedsEachOfThem() throws Exception {
        SecuredMesh mesh = new SecuredMesh(broker, folder);
        operator(mesh);
        theSuperUserCreatesWhatIsMissing(mesh);

        HttpServer upstream = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        upstream.createContext("/", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        upstream.start();
        int gatewayPort = freePort();
        publish(mesh, gatewayPort, upstream.getAddress().getPort());
        try (Aggregator sink = sink(mesh)) {
            int outbound = freePort();
            proxy(mesh, MeshRole.GATEWAY, List.of("--bind-address", "127.0.0.1"), gatewayPort);
            proxy(
                    mesh,
                    MeshRole.SIDECAR,
                    List.of(
                            "--outbound",
                            "127.0.0.1:" + outbound,
                            "--inbound",
                            freePort() + ":127.0.0.1:" + upstream.getAddress().getPort(),
                            "--workload-group",
                            "default/cart",
                            "--address",
                            "127.0.0.1"),
                    outbound);
            awaitUsed(mesh, MeshRole.SINK);
            assertThat(sink.isReady()).isTrue();
        } finally {
            upstream.stop(0);
        }
        reader(mesh);
        for (MeshRole role : MeshRole.values()) {
            // An operator may make no ACLs, and tried to.
            Set<String> refused = role == MeshRole.OPERATOR ? Set.of("Alter on the cluster") : Set.of();
            assertThat(mesh.denied(role)).as(role.word()).isEqualTo(refused);
            assertThat(mesh.unused(role)).as(role.word()).isEmpty();
        }
    }

    private static void awaitUsed(SecuredMesh mesh, MeshRole role) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(
                        () -> assertThat(mesh.unused(role)).as(role.word()).isEmpty());
    }

    private void operator(SecuredMesh mesh) throws Exception {
        mesh.grant(MeshRole.OPERATOR);
        Outcome created = mesh.weft(MeshRole.OPERATOR, "check", "--fix");
        assertThat(created.exit()).as(created.toString()).isZero();
        assertThat(created.out()).contains("✔ topic " + mesh.names.rules() + ": created");
        Map<ConfigResource, List<AlterConfigOp>> wrong = new HashMap<>();
        for (String topic : List.of(mesh.names.rules(), mesh.names.quota())) {
            wrong.put(
                    new ConfigResource(ConfigResource.Type.TOPIC, topic),
                    List.of(new AlterConfigOp(
                            new ConfigEntry("cleanup.policy", "compact,delete"), AlterConfigOp.OpType.SET)));
        }
        broker.admin().incrementalAlterConfigs(Map.copyOf(wrong)).all().get();
        Outcome mended = mesh.weft(MeshRole.OPERATOR, "check", "--fix");
        assertThat(mended.exit()).as(mended.toString()).isZero();
        assertThat(mended.out())
                .contains("✔ topic " + mesh.names.rules() + ": mended")
                .contains("may change topic");
        Outcome refused = mesh.weft(
                MeshRole.OPERATOR, "check", "--fix", "--principal", "reader=" + mesh.principal(MeshRole.READER));
        assertThat(refused.exit()).isEqualTo(77);
        assertThat(refused.err()).contains("denies " + mesh.principal(MeshRole.OPERATOR) + " Alter on the cluster");
    }

    private void theSuperUserCreatesWhatIsMissing(SecuredMesh mesh) throws Exception {
        Path config = mesh.config("super", broker.superUser());
        List<String> check = new ArrayList<>(List.of("check"));
        for (MeshRole role : MeshRole.values()) {
            check.addAll(List.of("--principal", role.word() + "=" + mesh.principal(role)));
        }
        Outcome before = mesh.weft(config, check.toArray(String[]::new));
        assertThat(before.exit()).isEqualTo(1);
        assertThat(before.out())
                .contains("✔ operator " + mesh.principal(MeshRole.OPERATOR) + ": has the ")
                .contains("✘ publisher " + mesh.principal(MeshRole.PUBLISHER) + ": may not Write topic "
                        + mesh.names.rules() + " (publishes bundles); create it with: weft check --fix");
        check.add("--fix");
        assertThat(mesh.weft(config, check.toArray(String[]::new)).exit()).isZero();
        check.remove("--fix");
        Outcome after = mesh.weft(config, check.toArray(String[]::new));
        assertThat(after.exit()).as(after.toString()).isZero();
        assertThat(after.out()).contains("✔ acls: nobody but those named and super users may change topic");

        AclBinding superfluous = new AclBinding(
                SecuredMesh.topic(mesh.names.rules()),
                new AccessControlEntry("User:intern", "*", AclOperation.ALL, AclPermissionType.ALLOW));
        broker.grant(List.of(superfluous));
        Outcome found = mesh.weft(config, check.toArray(String[]::new));
        assertThat(found.exit()).isEqualTo(1);
        assertThat(found.out())
                .contains("✘ acls: User:intern may change topic " + mesh.names.rules()
                        + " and is no publisher; take it away with: kafka-acls.sh --bootstrap-server ");
        broker.revoke(List.of(superfluous));
    }

    private void publish(SecuredMesh mesh, int gatewayPort, int upstreamPort) throws Exception {
        Path file = rules(
                rule(
                        "Gateway",
                        "shop",
                        "{servers: [{port: {number: " + gatewayPort + ", name: http, protocol: HTTP}, hosts: ['*']}]}"),
                rule(
                        "VirtualService",
                        "shop",
                        "{hosts: ['*'], gateways: [shop], http: [{route: [{destination: {host: cart.shop}}]}]}"),
                rule(
                        "ServiceEntry",
                        "cart",
                        "{hosts: [cart.shop], resolution: STATIC, endpoints: [{address: 127.0.0.1}],"
                                + " ports: [{number: 80, name: http, protocol: HTTP, targetPort: " + upstreamPort
                                + "}]}"),
                rule("WorkloadGroup", "cart", "{template: {ports: {http: 8080}, labels: {app: cart}}}"),
                rule("HealthCheckPolicy", "cart", "{host: cart.shop, interval: 1s, share: true, tcpHealthCheck: {}}"),
                rule(
                        "RateLimitPolicy",
                        "all",
                        "{rules: [{name: all, limit: {requests: 1000, unit: SECOND}, scope: GLOBAL}]}"));
        Outcome applied = mesh.weft(MeshRole.PUBLISHER, "apply", "-f", file.toString());
        assertThat(applied.exit()).as(applied.toString()).isZero();
        // Of an empty log nothing had to be read.
        Path more = rules(rule("DestinationRule", "cart", "{host: cart.shop}"));
        applied = mesh.weft(MeshRole.PUBLISHER, "apply", "-f", more.toString());
        assertThat(applied.exit()).as(applied.toString()).isZero();
        awaitUsed(mesh, MeshRole.PUBLISHER);
    }

    private Aggregator sink(SecuredMesh mesh) throws IOException {
        Map<String, Object> kafka = new HashMap<>(mesh.client(MeshRole.SINK));
        kafka.put("repartition.purge.interval.ms", "500");
        SinkSettings settings = new SinkSettings(
                kafka,
                mesh.names,
                mesh.names.prefix() + "-sink",
                Files.createDirectories(folder.resolve("sink")),
                1,
                new TrafficTopology.Settings(1_000, 60_000, false),
                new InetSocketAddress("127.0.0.1", 0));
        Aggregator.prepare(settings);
        Aggregator sink = new Aggregator(settings);
        sink.start();
        return sink;
    }

    /** Runs a proxy until it has used all that it may. */
    private void proxy(SecuredMesh mesh, MeshRole role, List<String> options, int port) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "weft.proxy.Main"));
        command.addAll(List.of("--mode", role.word(), "--id", role.word() + "-1"));
        command.addAll(List.of("--kafka-config", mesh.config(role).toString()));
        command.addAll(List.of("--kafka", broker.saslAddress(), "--topic-prefix", mesh.names.prefix()));
        command.addAll(List.of("--admin", "127.0.0.1:" + freePort(), "--ready", "127.0.0.1:" + freePort()));
        command.addAll(List.of("--data-dir", folder.resolve(role.word()).toString()));
        command.addAll(options);
        Path log = folder.resolve(role.word() + ".log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        HttpClient client = HttpClient.newBuilder()
                .proxy(ProxySelector.of(new InetSocketAddress("127.0.0.1", port)))
                .build();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://cart.shop/"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).untilAsserted(() -> {
                assertThat(process.isAlive()).as(() -> read(log)).isTrue();
                String answer = "";
                try {
                    HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
                    answer = response.statusCode() + response.body();
                } catch (IOException e) {
                    answer = e.toString(); // not listening yet
                }
                assertThat(answer).as(() -> read(log)).isEqualTo("204");
                assertThat(mesh.unused(role)).as(role.word()).isEmpty();
            });
        } finally {
            process.destroy();
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Also a status by a proxy of another version, whose schema has to be looked up. */
    private void reader(SecuredMesh mesh) throws Exception {
        Schema known = weft.schema.ProxyStatus.getClassSchema();
        Schema later = new Schema.Parser()
                .parse(known.toString()
                        .replaceFirst(
                                "\"fields\":\\[",
                                "\"fields\":[{\"name\":\"novelty\",\"type\":\"string\",\"default\":\"\"},"));
        byte[] value = Statuses.ofLaterVersion(later, "later-1");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(broker.superUser(), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(
                            mesh.names.schemas(), utf8(Statuses.fingerprint(later)), utf8(later.toString())))
                    .get();
            producer.send(new ProducerRecord<>(mesh.names.proxies(), utf8("later-1"), value))
                    .get();
        }
        assertThat(mesh.weft(MeshRole.READER, "get", "vs").out()).contains("\nshop ");
        assertThat(mesh.weft(MeshRole.READER, "history").out()).contains("virtualservice/shop");
        assertThat(mesh.weft(MeshRole.READER, "proxies").out()).contains("later-1");
        awaitUsed(mesh, MeshRole.READER);
        Outcome asked = mesh.weft(MeshRole.PUBLISHER, "proxies");
        assertThat(asked.exit()).as(asked.toString()).isZero();
        assertThat(asked.out()).contains("later-1");
        assertThat(mesh.weft(MeshRole.OPERATOR, "check").out()).contains("proxies: ");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aPublisherWithoutOneOfItsAclsIsToldWhich() throws Exception {
        SecuredMesh mesh = new SecuredMesh(broker, folder);
        mesh.weft(mesh.config("super", broker.superUser()), "check", "--fix");
        mesh.grant(MeshRole.PUBLISHER);
        String host = "{hosts: [a.shop], resolution: DNS, ports: [{number: 80, name: http, protocol: HTTP}]}";
        Path first = rules(rule("ServiceEntry", "first", host)); // of an empty log nothing would have to be read
        assertThat(mesh.weft(MeshRole.PUBLISHER, "apply", "-f", first.toString())
                        .exit())
                .isZero();
        int round = 0;
        for (Grant grant : mesh.plan.of(MeshRole.PUBLISHER)) {
            AclBinding acl = grant.to(mesh.principal(MeshRole.PUBLISHER));
            broker.revoke(List.of(acl));
            boolean tellsSchemas = grant.operation() == AclOperation.WRITE
                    && grant.resourceName().equals(mesh.names.schemas());
            Path file = rules(
                    tellsSchemas
                            ? rule("DestinationRule", "a", "{host: a.shop}")
                            : rule("ServiceEntry", "a" + round++, host));
            Outcome outcome = mesh.weft(MeshRole.PUBLISHER, "apply", "-f", file.toString());
            broker.grant(List.of(acl));
            String what = grant.operationWord() + " on " + grant.resourceWords();
            assertThat(outcome.exit()).as(what + ": " + outcome).isEqualTo(77);
            assertThat(outcome.err())
                    .startsWith("weft: Kafka at " + broker.saslAddress() + " denies ")
                    .contains(mesh.principal(MeshRole.PUBLISHER) + " " + what)
                    .endsWith("; what role publisher needs is told by: weft check --acls\n")
                    .hasLineCount(1);
        }
        Path file = rules(rule("ServiceEntry", "last", host));
        assertThat(mesh.weft(MeshRole.PUBLISHER, "apply", "-f", file.toString()).exit())
                .isZero();
    }

    @Test
    void nobodyHasMoreThanHisRoleNorAnythingOfAnotherMesh() throws Exception {
        SecuredMesh mesh = new SecuredMesh(broker, folder);
        SecuredMesh other = new SecuredMesh(broker, folder);
        for (SecuredMesh each : List.of(mesh, other)) {
            each.weft(each.config("super", broker.superUser()), "check", "--fix");
        }
        List<String> all = new ArrayList<>();
        for (SecuredMesh each : List.of(mesh, other)) {
            for (var topic : new weft.log.MeshTopics(each.names).all()) {
                all.add(topic.name());
            }
        }
        for (MeshRole role : MeshRole.values()) {
            mesh.grant(role);
            try (Admin admin = Admin.create(mesh.client(role))) {
                assertThat(Permissions.of(admin, all))
                        .as(role.word())
                        .isEqualTo(Permissions.planned(mesh.plan.of(role), all));
            }
        }
        Path file = rules(rule("ServiceEntry", "a", "{hosts: [a.shop], resolution: DNS}"));
        for (MeshRole role : List.of(MeshRole.GATEWAY, MeshRole.SIDECAR, MeshRole.SINK, MeshRole.READER)) {
            Outcome outcome = mesh.weft(role, "apply", "-f", file.toString());
            assertThat(outcome.exit()).as(role.word() + outcome).isEqualTo(77);
            assertThat(outcome.err().lines().collect(Collectors.toList())).hasSize(1);
            assertThat(outcome.err()).contains("denies " + mesh.principal(role) + " ");
        }
    }
}
