package weft.proxy.overload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestUpstream;

/** A proxy in a process that may open 200 files gets more connections than that. */
class FewFilesTest {
    private static final int FILES = 200;
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    /** The process, what it prints, and a way to ask it. */
    private static final class Starved implements AutoCloseable {
        private final Process process;
        private final List<String> lines = new CopyOnWriteArrayList<>();
        private final int port;

        Starved(int maxConnections, TestUpstream upstream) throws IOException {
            String java =
                    Path.of(System.getProperty("java.home"), "bin", "java").toString();
            process = new ProcessBuilder(
                            "sh",
                            "-c",
                            "ulimit -n " + FILES + " && exec \"$0\" \"$@\"",
                            java,
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            StarvedProxy.class.getName(),
                            Integer.toString(maxConnections),
                            Integer.toString(upstream.port()))
                    .redirectErrorStream(true)
                    .start();
            Thread reader = new Thread(this::read);
            reader.setDaemon(true);
            reader.start();
            await().atMost(DEADLINE).until(() -> lines.stream().anyMatch(line -> line.startsWith("port=")));
            port = lines.stream()
                    .filter(line -> line.startsWith("port="))
                    .mapToInt(line -> Integer.parseInt(line.substring(5)))
                    .findFirst()
                    .orElseThrow();
        }

        private void read() {
            try (BufferedReader out =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                out.lines().forEach(lines::add);
            } catch (IOException e) {
                lines.add(e.toString());
            }
        }

        List<TestClient> connect(int count) throws IOException {
            List<TestClient> clients = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                clients.add(new TestClient(port));
            }
            return clients;
        }

        long warnings() {
            return lines.stream().filter(line -> line.contains("WARN")).count();
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    private static void close(List<TestClient> clients) throws IOException {
        for (TestClient client : clients) {
            client.close();
        }
    }

    /** The listener waits, says so once, serves who is connected, and goes on once there are files again. */
    @Test
    void listenerOutlivesTheLackOfFiles() throws Exception {
        try (TestUpstream upstream = TestUpstream.saying("hello");
                Starved proxy = new Starved(Integer.MAX_VALUE, upstream)) {
            List<TestClient> clients = proxy.connect(2 * FILES);
            await().atMost(DEADLINE)
                    .until(() -> proxy.lines.stream().anyMatch(line -> line.contains("cannot accept connections")));
            assertThat(clients.get(0).get("app.test", "/").status()).isEqualTo(200);
            close(clients);
            for (int i = 0; i < 20; i++) {
                try (TestClient next = new TestClient(proxy.port)) {
                    assertThat(next.get("app.test", "/").status()).isEqualTo(200);
                }
            }
            assertThat(proxy.warnings())
                    .as("once for each socket: %s", proxy.lines)
                    .isBetween(1L, 2L);
        }
    }

    /** With a bound files never run out: who is too many is told at once, all others are served. */
    @Test
    void boundOnConnectionsKeepsFilesForTheRest() throws Exception {
        try (TestUpstream upstream = TestUpstream.saying("hello");
                Starved proxy = new Starved(30, upstream)) {
            List<TestClient> clients = proxy.connect(2 * FILES);
            int served = 0;
            for (TestClient client : clients) {
                try {
                    served += client.get("app.test", "/").status() == 200 ? 1 : 0;
                } catch (IOException closed) {
                    // one too many
                }
            }
            assertThat(served).isGreaterThanOrEqualTo(25);
            close(clients);
            proxy.process.getOutputStream().write('\n');
            proxy.process.getOutputStream().flush();
            await().atMost(DEADLINE)
                    .until(() -> proxy.lines.stream().anyMatch(line -> line.contains("global_cx_overflow=")));
            assertThat(proxy.lines).noneMatch(line -> line.contains("global_cx_overflow=0"));
            assertThat(proxy.warnings()).as("%s", proxy.lines).isZero();
        }
    }
}
