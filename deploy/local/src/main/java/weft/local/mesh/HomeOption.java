package weft.local.mesh;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --home}, as every command on a local mesh has it. Confined to the main thread. */
final class HomeOption {
    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "folder of the mesh: state, logs, the broker's data (default: $WEFT_HOME, else ~/.weft)")
    private @Nullable Path home;

    MeshHome home() {
        return MeshHome.of(home);
    }
}
