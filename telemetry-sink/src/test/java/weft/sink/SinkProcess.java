package weft.sink;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The real program in a process of its own, so that it can be killed as a machine kills it. */
final class SinkProcess {
    private static final long PATIENCE_SECONDS = 60;

    private final Process process;
    private final Path log;
    private final int port;

    private SinkProcess(Process process, Path log, int port) {
        this.process = process;
        this.log = log;
        this.port = port;
    }

    static SinkProcess start(SinkSettings settings) throws IOException, InterruptedException {
        Path log = Files.createTempFile("weft-sink", ".log");
        ProcessBuilder builder = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "weft.sink.Main",
                "--kafka",
                String.valueOf(settings.kafka().get("bootstrap.servers")),
                "--topic-prefix",
                settings.topics().prefix(),
                "--application-id",
                settings.applicationId(),
                "--state-dir",
                settings.stateDir().resolve("killed").toString(),
                "--listen",
                "127.0.0.1:0"));
        builder.redirectErrorStream(true).redirectOutput(log.toFile());
        Map<String, String> environment = builder.environment();
        environment.remove("WEFT_KAFKA_CONFIG");
        Process process = builder.start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (System.nanoTime() < deadline && process.isAlive()) {
            String text = Files.readString(log);
            int at = text.indexOf("listening on http://127.0.0.1:");
            int end = text.indexOf('\n', at + 1);
            if (at >= 0 && end >= 0) {
                String port =
                        text.substring(text.lastIndexOf(':', end) + 1, end).trim();
                return new SinkProcess(process, log, Integer.parseInt(port));
            }
            Thread.sleep(50);
        }
        process.destroyForcibly();
        throw new IllegalStateException("weft sink did not start: " + Files.readString(log));
    }

    /** Returns once it has committed something. */
    void awaitCounting() throws IOException, InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + port + "/api/v1/traffic?last=all"))
                .build();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (System.nanoTime() < deadline) {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() == 200 && !response.body().contains("\"counted\":0")) {
                return;
            }
            Thread.sleep(50);
        }
        throw new IllegalStateException("weft sink counted nothing: " + Files.readString(log));
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
