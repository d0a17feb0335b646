package weft.local.mesh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The folder of one local mesh: state, logs, the broker's data, generated rules. Immutable. */
public record MeshHome(Path root) {

    /** {@code --home}, else {@code WEFT_HOME}, else {@code ~/.weft}. */
    static MeshHome of(@Nullable Path option) {
        if (option != null) {
            return new MeshHome(option.toAbsolutePath().normalize());
        }
        String env = System.getenv("WEFT_HOME");
        Path root = env == null || env.isBlank() ? Path.of(System.getProperty("user.home"), ".weft") : Path.of(env);
        return new MeshHome(root.toAbsolutePath().normalize());
    }

    Path state() {
        return root.resolve("state.json");
    }

    Path lock() {
        return root.resolve("lock");
    }

    Path log(String child) {
        return root.resolve("logs").resolve(child + ".log");
    }

    Path kafkaData() {
        return root.resolve("kafka");
    }

    Path data(String child) {
        return root.resolve("data").resolve(child);
    }

    /** Rules that depend on the ports of this mesh. */
    Path workloadRules() {
        return root.resolve("rules").resolve("workloads.yaml");
    }

    void create() throws IOException {
        Files.createDirectories(root.resolve("logs"));
        Files.createDirectories(root.resolve("data"));
        Files.createDirectories(root.resolve("rules"));
    }
}
