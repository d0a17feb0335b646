package weft.local.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weft.local.mesh.TcpEchoRules;
import weft.local.mesh.TcpEchoServer;

/** Istio's tcp-echo sample, applied to a running mesh: the gateway opens the port and splits connections. */
class TcpEchoIT {
    private static final LocalMesh MESH = LocalMesh.shared();
    private static final int CONNECTIONS = 2_000;

    @TempDir
    private Path folder;

    @Test
    void appliedRulesOpenThePortAndSplitConnections() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        try (TcpEchoServer one = new TcpEchoServer("one");
                TcpEchoServer two = new TcpEchoServer("two")) {
            Path file = folder.resolve("tcp-echo.yaml");
            Files.writeString(file, TcpEchoRules.service(one.port(), two.port()) + TcpEchoRules.gateway(port));
            MESH.apply(file);
            int second = 0;
            for (int i = 0; i < CONNECTIONS; i++) {
                String said = TcpEchoServer.say(port, "hello");
                assertThat(said).isIn("one hello", "two hello");
                second += said.startsWith("two") ? 1 : 0;
            }
            double sigma = Math.sqrt(CONNECTIONS * 0.2 * 0.8);
            assertThat((double) second).isBetween(400 - 3 * sigma, 400 + 3 * sigma);

            LocalMesh.Outcome deleted = MESH.weft("delete", "-f", file.toString());
            assertThat(deleted.exit()).as(deleted.all()).isZero();
            assertThat(TcpEchoServer.say(port, "hello")).isEmpty();
        }
    }
}
