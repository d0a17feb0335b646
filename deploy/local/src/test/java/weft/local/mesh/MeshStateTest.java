package weft.local.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeshStateTest {
    @TempDir
    private Path folder;

    private static Child child(String name, long pid, long startedAt) {
        return new Child(name, pid, startedAt, List.of("sink"), 20001, "tcp:20001", "/tmp/sink.log");
    }

    @Test
    void whatIsSavedIsRead() throws Exception {
        MeshState state = new MeshState("127.0.0.1:9092", 8080, 20001, 9079, List.of(child("sink", 12, 34)));
        MeshHome home = new MeshHome(folder);
        state.save(home);
        assertThat(MeshState.load(home)).contains(state);
    }

    @Test
    void aTornFileIsNoMesh() throws Exception {
        MeshHome home = new MeshHome(folder);
        Files.writeString(home.state(), "{\"kafka\": ");
        assertThat(MeshState.load(home)).isEmpty();
    }

    @Test
    void aLaterProcessWithTheSamePidIsNotOurs() {
        ProcessHandle self = ProcessHandle.current();
        Child ours = child("self", self.pid(), Child.startOf(self));
        Child earlier = child("self", self.pid(), Child.startOf(self) - 5_000);
        assertThat(ours.isAlive()).isTrue();
        assertThat(earlier.isAlive()).isFalse();
    }

    @Test
    void aChildStartedAgainTakesTheOldOnesPlace() {
        MeshState state = new MeshState("k", 1, 2, 3, List.of(child("a", 1, 1), child("b", 2, 2)));
        assertThat(state.with(child("a", 3, 3)).children()).containsExactly(child("a", 3, 3), child("b", 2, 2));
    }
}
