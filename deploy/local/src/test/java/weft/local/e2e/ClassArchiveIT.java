package weft.local.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/weft}: a proxy that ends leaves its classes to the next one. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads what a process has mapped from /proc")
class ClassArchiveIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String ARCHIVE = "/weft-proxy-proxy";

    @TempDir
    Path folder = Path.of("");

    @Test
    void aProxyStartsFromTheClassesThatAnotherLeft() throws Exception {
        Process first = start();
        end(first);
        Process second = start();
        try {
            assertThat(Files.readString(Path.of("/proc/" + second.pid() + "/maps")))
                    .as("files mapped")
                    .containsPattern(ARCHIVE + "[^/]*\\.jsa\n");
        } finally {
            second.destroyForcibly();
        }
    }

    private Process start() throws IOException {
        Path log = folder.resolve("log");
        Files.deleteIfExists(log);
        ProcessBuilder builder = new ProcessBuilder(
                        LocalMesh.repository().resolve("deploy/bin/weft").toString(),
                        "proxy",
                        "--kafka=127.0.0.1:9",
                        "--admin=127.0.0.1:0",
                        "--ready=127.0.0.1:0",
                        "--data-dir=" + folder.resolve("data"))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("WEFT_NO_BUILD", "1");
        builder.environment().put("WEFT_ARCHIVE", "1");
        Process process = builder.start();
        await().atMost(PATIENCE).until(() -> Files.readString(log).contains(" started "));
        return process;
    }

    private static void end(Process process) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("did not end");
        }
    }
}
