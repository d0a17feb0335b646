package weft.local.mesh;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code weft down}: ends what {@code weft up} started. Confined to the main thread. */
@Command(
        name = "down",
        description = "Ends the mesh on this machine; its rules and history stay for the next weft up.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  weft down                    end the mesh; the next weft up finds its rules and history again",
            "  weft down --home /tmp/mesh   the mesh of that folder"
        })
public final class DownCommand implements Callable<Integer> {
    @Mixin
    private HomeOption home = new HomeOption();

    @Override
    public Integer call() throws IOException {
        MeshHome folder = home.home();
        Optional<MeshState> state = MeshState.load(folder);
        if (state.isEmpty()) {
            System.out.println("nothing is running (" + folder.root() + ")");
            return 0;
        }
        long began = System.nanoTime();
        int ended = new Supervisor(folder, "", state.get()).stopAll();
        Steps.toStandardOutput().done("ended", ended + " processes", System.nanoTime() - began);
        return 0;
    }
}
