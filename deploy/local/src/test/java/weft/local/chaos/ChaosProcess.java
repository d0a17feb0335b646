package weft.local.chaos;

import java.io.BufferedReader;
import java.io.File;
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
    /** How often it was killed or paused: what happened to its connections in between is nobody's fault. */
    final AtomicInteger disturbances = new AtomicInteger();

    ChaosProcess(
            String name, Path folder, String heap, @Nullable Consumer<String> lines, Class<?> main, String... args) {
        this.name = name;
        this.log = folder.resolve(name + ".log");
        this.lines = lines;
        command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Dlogback.configurationFile=" + System.getProperty("weft.chaos.logback", "weft/local/logback.xml"),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                main.getName()));
        command.addAll(List.of(args));
    }

    void start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        File file = log.toFile();
        builder.redirectError(ProcessBuilder.Redirect.appendTo(file));
        if (lines == null) {
            builder.redirectOutput(ProcessBuilder.Redirect.appendTo(file));
        }
        Process started = builder.start();
        process = started;
        if (lines != null) {
            Thread reader = new Thread(() -> read(started, lines), name + "-output");
            reader.setDaemon(true);
            reader.start();
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

    /** Ends it as a power cut would. */
    void kill() throws InterruptedException {
        disturbances.incrementAndGet();
        Process current = process;
        if (current != null) {
            current.destroyForcibly().waitFor();
        }
        disturbances.incrementAndGet(); // also for answers that came in between
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
