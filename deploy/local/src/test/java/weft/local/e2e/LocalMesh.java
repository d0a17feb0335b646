package weft.local.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import weft.publish.cli.Terminal;
import weft.publish.cli.WeftCommand;

/** A mesh of real processes, started by {@code bin/weft up --detach} in a folder of its own. Thread-safe. */
final class LocalMesh {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int COMMAND_SECONDS = 180;

    private final Path home;

    private LocalMesh(Path home) {
        this.home = home;
    }

    /** Holds the mesh of this JVM: started by the first test that asks, ended with the JVM. */
    private static final class Shared {
        static final LocalMesh MESH = start();
    }

    static LocalMesh shared() {
        return Shared.MESH;
    }

    private static LocalMesh start() {
        try {
            LocalMesh mesh = new LocalMesh(Files.createTempDirectory("weft-e2e"));
            Runtime.getRuntime().addShutdownHook(new Thread(mesh::end, "mesh-end"));
            Outcome up = mesh.weft("up", "--detach", "--no-load");
            System.out.print(up.out());
            assertThat(up.exit()).as(up.all()).isZero();
            return mesh;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void end() {
        weft("down");
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            System.err.println("left behind: " + home + ": " + e.getMessage());
        }
    }

    /** What a command said and how it ended. Immutable. */
    record Outcome(int exit, String out, String err) {
        String all() {
            return "exit " + exit + "\n" + out + err;
        }
    }

    /** Runs {@code bin/weft} against this mesh. */
    Outcome weft(String... arguments) {
        return run(Map.of("WEFT_HOME", home.toString(), "WEFT_KAFKA", kafkaOrNothing()), "", arguments);
    }

    private String kafkaOrNothing() {
        return Files.exists(home.resolve("state.json")) ? kafka() : "127.0.0.1:9092";
    }

    /** Runs {@code bin/weft} with this environment and standard input. */
    static Outcome run(Map<String, String> environment, String input, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(repository().resolve("deploy/bin/weft").toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("WEFT_NO_BUILD", "1");
        builder.environment().putAll(environment);
        try {
            Process process = builder.start();
            StringBuilder err = new StringBuilder();
            Thread errors = new Thread(() -> err.append(readAll(process.getErrorStream())), "stderr");
            errors.start();
            try (var stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            }
            String out = readAll(process.getInputStream());
            if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("weft " + String.join(" ", arguments) + " did not end: " + out + err);
            }
            errors.join();
            return new Outcome(process.exitValue(), out, err.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static String readAll(InputStream in) {
        try (in) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Applies files of the repository's samples and waits until every proxy serves them. */
    void apply(Path... files) {
        List<String> arguments = new ArrayList<>(List.of("apply"));
        for (Path file : files) {
            arguments.addAll(List.of("-f", file.toString()));
        }
        Outcome outcome = weft(arguments.toArray(String[]::new));
        assertThat(outcome.exit()).as(outcome.all()).isZero();
    }

    /** The same without the start of a JVM: for tests that apply many times. */
    void applyHere(Path file) {
        StringWriter said = new StringWriter();
        PrintWriter writer = new PrintWriter(said);
        Map<String, String> environment = Map.of("WEFT_KAFKA", kafka());
        Terminal terminal = new Terminal(InputStream.nullInputStream(), writer, writer, environment, false);
        int exit = WeftCommand.run(terminal, "apply", "-f", file.toString());
        assertThat(exit).as(said.toString()).isZero();
    }

    static Path sample(String name) {
        return repository().resolve("deploy/samples/bookinfo").resolve(name);
    }

    /** The folder that holds the parent pom. */
    static Path repository() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("deploy/bin/weft"))) {
            folder = folder.getParent();
            if (folder == null) {
                throw new IllegalStateException("run the tests inside the repository");
            }
        }
        return folder;
    }

    private JsonNode state() {
        try {
            return JSON.readTree(home.resolve("state.json").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private JsonNode child(String name) {
        for (JsonNode child : state().path("children")) {
            if (child.path("name").asText().equals(name)) {
                return child;
            }
        }
        throw new IllegalStateException("no process " + name);
    }

    String kafka() {
        return state().path("kafka").asText();
    }

    int gatewayPort() {
        return state().path("gatewayPort").asInt();
    }

    int consolePort() {
        return state().path("consolePort").asInt();
    }

    /** Where the application of this workload sends its calls. */
    int outboundPort(String workload) {
        JsonNode arguments = child("sidecar-" + workload).path("arguments");
        for (int i = 0; i < arguments.size(); i++) {
            if (arguments.get(i).asText().equals("--outbound")) {
                String address = arguments.get(i + 1).asText();
                return Integer.parseInt(address.substring(address.indexOf(':') + 1));
            }
        }
        throw new IllegalStateException("no outbound port: " + arguments);
    }

    long pid(String child) {
        return child(child).path("pid").asLong();
    }

    Path home() {
        return home;
    }
}
