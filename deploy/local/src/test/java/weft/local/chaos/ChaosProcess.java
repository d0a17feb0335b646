package weft.local.chaos;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A child JVM that can be killed, paused and started again. Confined to the test's thread. */
final class ChaosProcess {
    final String name;
    private final List<String> command;
    private final Path log;
    private final @Nullable Consumer<String> lines;
    private volatile @Nullable Process process;
    private @Nullable Thread reader;
    /** How often it was killed or paused: what happened to its connections in between is nobody's fault. */
    final AtomicInteger disturbances = new AtomicInteger();
    /** How often it was started. */
    final AtomicInteger lives = new AtomicInteger();

    /**
     * Starts nothing yet.
     *
     * @param inside what the command begins with to run in its network
     * @param lines told each line of its output, which goes to a file beside its errors for null
     */
    ChaosProcess(
            String name,
            List<String> inside,
            Path folder,
            String heap,
            @Nullable Consumer<String> lines,
            Class<?> main,
            List<String> args) {
        this.name = name;
        this.log = folder.resolve(name + ".log");
        this.lines = lines;
        command = new ArrayList<>(inside);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-XX:+UnlockDiagnosticVMOptions",
                "-XX:-BytecodeVerificationRemote", // a fifth of the time to start
                "-Dlogback.configurationFile=" + System.getProperty("weft.chaos.logback", "weft/local/logback.xml"),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                main.getName()));
        command.addAll(args);
    }

    void start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        if (lines == null) {
            builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        }
        Process started = builder.start();
        lives.incrementAndGet();
        process = started;
        if (lines != null) {
            Thread thread = new Thread(() -> read(started, lines), name + "-output");
            thread.setDaemon(true);
            thread.start();
            reader = thread;
        }
    }

    private static void read(Process process, Consumer<String> lines) {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.accept(line);
            }
        } catch (IOException e) {
            lines.accept("broken off: " + e.getMessage());
        }
    }

    boolean isAlive() {
        Process current = process;
        return current != null && current.isAlive();
    }

    long pid() {
        Process current = process;
        return current == null ? -1 : current.pid();
    }

    /** A line for its standard input; nobody hears it when the process is gone. */
    void say(String line) {
        Process current = process;
        if (current != null) {
            try {
                current.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
                current.getOutputStream().flush();
            } catch (IOException e) {
                System.out.println(name + " is gone: " + e.getMessage());
            }
        }
    }

    /** Ends it as a power cut would; all it had said was told by then. */
    void kill() throws InterruptedException {
        disturbances.incrementAndGet();
        Process current = process;
        if (current != null) {
            current.toHandle().destroyForcibly(); // unlike the process itself it leaves open what was said
            awaitEnd(Integer.MAX_VALUE);
        }
        disturbances.incrementAndGet(); // also for answers that came in between
    }

    /** Waits until it ended and all it had said was told; false when it lives on. */
    boolean awaitEnd(long seconds) throws InterruptedException {
        Process current = process;
        if (current != null && !current.waitFor(seconds, TimeUnit.SECONDS)) {
            return false;
        }
        if (reader != null) {
            reader.join();
        }
        return true;
    }

    void restart() throws IOException, InterruptedException {
        kill();
        start();
    }

    void signal(String signal) throws IOException, InterruptedException {
        disturbances.incrementAndGet();
        Process current = process;
        if (current != null && current.isAlive()) {
            new ProcessBuilder("kill", "-" + signal, String.valueOf(current.pid()))
                    .start()
                    .waitFor(5, TimeUnit.SECONDS);
        }
    }
}
