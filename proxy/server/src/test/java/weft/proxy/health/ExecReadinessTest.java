package weft.proxy.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import weft.schema.ExecHealthCheckConfig;
import weft.schema.ReadinessProbe;

/** Readiness by a command: real processes that pass, fail, hang, write much and start others. */
@Timeout(60)
class ExecReadinessTest {
    private final ProbedWorkload probed =
            new ProbedWorkload(host -> CompletableFuture.failedFuture(new IOException("no names here")));

    @TempDir
    private Path folder;

    @AfterEach
    void stop() {
        probed.close();
    }

    private static ReadinessProbe.Builder exec(String... command) {
        return ProbedWorkload.probe().setExec(new ExecHealthCheckConfig(List.of(command)));
    }

    @Test
    void execIsReadyByItsExitCode() throws Exception {
        Path flag = folder.resolve("ready");
        probed.start(exec("test", "-e", flag.toString()).setFailureThreshold(1));
        probed.assertNotReady("exit code 1");
        Files.createFile(flag);
        probed.assertReady();
        Files.delete(flag);
        probed.assertNotReady("exit code 1");
    }

    @Test
    void execThatIsNotThereSaysSo() throws Exception {
        probed.start(exec("/no/such/command"));
        probed.assertNotReady("/no/such/command");
    }

    @Test
    void execMayWriteMuchAndFindsNothingToRead() throws Exception {
        probed.start(exec("sh", "-c", "cat; head -c 20000000 /dev/zero; head -c 20000000 /dev/zero >&2"));
        probed.assertReady();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void execThatTakesTooLongIsKilledWithAllThatItStarted() throws Exception {
        Path pids = folder.resolve("pids");
        probed.start(exec(
                        "sh",
                        "-c",
                        "sleep 1000 & (sleep 1001 & echo $! >> " + pids + "; wait) & echo $$ $! >> " + pids + "; wait")
                .setTimeoutSeconds(6));
        probed.assertNotReady("timeout");
        List<Long> started = new ArrayList<>();
        for (String word : Files.readString(pids).trim().split("\\s+")) {
            started.add(Long.parseLong(word));
        }
        assertThat(started).hasSizeGreaterThanOrEqualTo(3);
        await().untilAsserted(() -> assertThat(started)
                .allSatisfy(
                        pid -> assertThat(isRunning(pid)).as("process %d", pid).isFalse()));
        // The one it began itself has been waited for: nothing of it is left to collect.
        await().until(() -> ProcessHandle.current()
                .children()
                .noneMatch(child -> child.pid() == started.get(1) || child.pid() == started.get(0)));
    }

    /** A process whose parent was killed is a zombie until the machine's first process collects it. */
    private static boolean isRunning(long pid) throws IOException {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    @Test
    void closedCheckKillsItsCommand() throws Exception {
        Path pid = folder.resolve("pid");
        probed.start(exec("sh", "-c", "echo $$ > " + pid + ".new; mv " + pid + ".new " + pid + "; sleep 1000"));
        await().until(() -> Files.exists(pid));
        long started = Long.parseLong(Files.readString(pid).trim());
        assertThat(ProcessHandle.of(started)).isPresent();
        probed.stopProbing();
        await().until(() -> ProcessHandle.of(started).isEmpty());
        probed.assertNothingMore();
    }
}
