package weft.local.mesh;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What runs: kept as JSON in the mesh's folder. Immutable.
 *
 * @param kafka HOST:PORT of the brokers
 * @param consolePort of the aggregator
 * @param controlPort of the demo's visitors
 */
record MeshState(String kafka, int gatewayPort, int consolePort, int controlPort, List<Child> children) {
    private static final ObjectMapper JSON = new ObjectMapper();

    MeshState {
        children = List.copyOf(children);
    }

    /**
     * Reads the state of the mesh in this folder.
     *
     * @return empty when there is none, or none that can be read
     */
    static Optional<MeshState> load(MeshHome home) {
        try {
            return Optional.of(JSON.readValue(home.state().toFile(), MeshState.class));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    void save(MeshHome home) throws IOException {
        var temporary = home.state().resolveSibling("state.json.tmp");
        JSON.writerWithDefaultPrettyPrinter().writeValue(temporary.toFile(), this);
        Files.move(temporary, home.state(), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** With this child added, in the place of an earlier one of its name. */
    MeshState with(Child child) {
        List<Child> all = new ArrayList<>(children);
        int at = -1;
        for (int i = 0; i < all.size(); i++) {
            at = all.get(i).name().equals(child.name()) ? i : at;
        }
        if (at < 0) {
            all.add(child);
        } else {
            all.set(at, child);
        }
        return new MeshState(kafka, gatewayPort, consolePort, controlPort, all);
    }

    List<Child> alive() {
        return children.stream().filter(Child::isAlive).toList();
    }

    List<Child> dead() {
        return children.stream().filter(child -> !child.isAlive()).toList();
    }
}
