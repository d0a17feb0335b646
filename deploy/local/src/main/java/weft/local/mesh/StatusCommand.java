package weft.local.mesh;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code weft status}: every process of the mesh, and whether it answers. Confined to the main thread. */
@Command(
        name = "status",
        description = "Shows each process of the mesh on this machine.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  weft status                    process ids, ports and logs",
            "  weft status --home /tmp/mesh   of the mesh in that folder",
            "",
            "Exit codes: 0 all answer, 1 some do not or nothing runs"
        })
public final class StatusCommand implements Callable<Integer> {
    private static final String ROW = "%-22s %8s %7s  %-9s %s%n";

    @Mixin
    private HomeOption home = new HomeOption();

    @Override
    public Integer call() {
        MeshHome folder = home.home();
        Optional<MeshState> state = MeshState.load(folder);
        if (state.isEmpty()) {
            System.out.println("nothing is running (" + folder.root() + "); start with: weft up --detach");
            return MeshException.FAILED;
        }
        boolean healthy = true;
        System.out.printf(ROW, "NAME", "PID", "PORT", "STATUS", "LOG");
        for (Child child : state.get().children()) {
            String status = !child.isAlive() ? "ended" : Probe.answers(child.probe()) ? "ready" : "not ready";
            healthy &= status.equals("ready");
            System.out.printf(ROW, child.name(), child.pid(), child.port(), status, child.log());
        }
        return healthy ? 0 : MeshException.FAILED;
    }
}
