package weft.local.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person gets wrong by hand: one line that says what to do, and an exit code that scripts can rely on. */
class BadInputIT {
    private static final LocalMesh MESH = LocalMesh.shared();

    @TempDir
    private Path folder;

    private Path file(String yaml) throws Exception {
        Path file = folder.resolve("rules.yaml");
        Files.writeString(file, yaml);
        return file;
    }

    private static void assertOneLine(LocalMesh.Outcome outcome, int exit, String... words) {
        assertThat(outcome.exit()).as(outcome.all()).isEqualTo(exit);
        assertThat(outcome.err()).contains(words).doesNotContain("Exception").doesNotContain("\tat ");
    }

    @Test
    void brokenYamlIsToldByPosition() throws Exception {
        assertOneLine(
                MESH.weft("apply", "-f", file("kind: Gateway\n  spec: [\n").toString()), 65, "rules.yaml:2:");
    }

    @Test
    void anUnknownFieldIsToldWithTheNearestRightSpelling() throws Exception {
        Path rules = file("""
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: reviews}
                spec:
                  hosts: [reviews]
                  http:
                  - match: [{uri: {prefx: /}}]
                    route: [{destination: {host: reviews}}]
                """);
        assertOneLine(MESH.weft("apply", "-f", rules.toString()), 65, "rules.yaml:7:", "prefx", "prefix");
    }

    @Test
    void anUnknownKindIsToldWithTheNearestRightSpelling() throws Exception {
        Path rules = file(
                "apiVersion: networking.istio.io/v1\nkind: VirtualServce\nmetadata: {name: x}\nspec: {hosts: [x]}\n");
        assertOneLine(MESH.weft("apply", "-f", rules.toString()), 65, "VirtualServce", "VirtualService");
    }

    @Test
    void aMissingFileIsNamed() {
        assertOneLine(MESH.weft("apply", "-f", "no-such.yaml"), 64, "no-such.yaml");
    }

    @Test
    void noBrokerIsToldByItsAddress() throws Exception {
        int port = freePort();
        LocalMesh.Outcome outcome = LocalMesh.run(
                Map.of(),
                "",
                "apply",
                "-f",
                LocalMesh.sample("all-v1.yaml").toString(),
                "--kafka",
                "127.0.0.1:" + port,
                "--kafka-timeout",
                "2s");
        assertOneLine(outcome, 69, "127.0.0.1:" + port);
    }

    @Test
    void aTopicThatWouldLoseRulesIsRefused() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", MESH.kafka()))) {
            NewTopic rules = new NewTopic("lossy.rules", 1, (short) 1).configs(Map.of("cleanup.policy", "delete"));
            admin.createTopics(List.of(rules)).all().get();
        }
        LocalMesh.Outcome outcome =
                MESH.weft("apply", "-f", LocalMesh.sample("all-v1.yaml").toString(), "--topic-prefix", "lossy");
        assertOneLine(outcome, 1, "lossy.rules", "cleanup.policy", "compact");
    }

    @Test
    void aTakenPortIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            LocalMesh.Outcome outcome = MESH.weft(
                    "proxy",
                    "--id",
                    "unlucky",
                    "--admin",
                    address,
                    "--ready",
                    "127.0.0.1:0",
                    "--data-dir",
                    folder.toString());
            assertOneLine(outcome, 69, address);
        }
    }

    @Test
    void anUnknownCommandIsAnsweredWithTheNearest() {
        assertOneLine(MESH.weft("aply"), 64, "aply", "apply");
    }

    @Test
    void aSecondUpSaysThatItRunsAlready() {
        LocalMesh.Outcome outcome = MESH.weft("up", "--detach");
        assertThat(outcome.exit()).as(outcome.all()).isZero();
        assertThat(outcome.out()).contains("running already", "/productpage");
    }

    @Test
    void statusShowsEveryProcessReady() {
        LocalMesh.Outcome outcome = MESH.weft("status");
        assertThat(outcome.exit()).as(outcome.all()).isZero();
        assertThat(outcome.out().lines()).hasSize(11);
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
