package weft.local.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisorTest {
    private static final ChildSpec SLEEPER = new ChildSpec("sleeper", List.of("any"), 1, "tcp:1");

    @TempDir
    Path folder = Path.of("");

    private MeshHome home = new MeshHome(Path.of(""));
    private Supervisor supervisor = new Supervisor(home, "", emptyState());

    @BeforeEach
    void prepare() throws IOException {
        Path launcher = Files.createFile(
                folder.resolve("launcher"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.writeString(launcher, "#!/bin/sh\nexec sleep 60\n");
        home = new MeshHome(folder.resolve("home"));
        home.create();
        supervisor = new Supervisor(home, launcher.toString(), emptyState());
    }

    @AfterEach
    void endAll() {
        supervisor.state().alive().forEach(child -> child.process().ifPresent(ProcessHandle::destroyForcibly));
    }

    private static MeshState emptyState() {
        return new MeshState("127.0.0.1:9092", 8080, 20001, 9079, List.of());
    }

    @Test
    void endsWhatItStarted() throws Exception {
        Child child = supervisor.start(SLEEPER);
        assertThat(child.isAlive()).isTrue();

        assertThat(supervisor.stopAll()).isEqualTo(1);
        assertThat(child.isAlive()).isFalse();
        assertThat(home.state()).doesNotExist();
    }

    /** A Ctrl-C while the mesh comes up ends it from another thread: whoever is starting it must not go on behind it. */
    @Test
    void startsNothingOnceItEnds() throws Exception {
        supervisor.start(SLEEPER);
        supervisor.stopAll();

        assertThatThrownBy(() -> supervisor.start(SLEEPER))
                .isInstanceOf(MeshException.class)
                .hasMessageContaining("being ended");
        assertThat(supervisor.state().alive()).isEmpty();
        assertThat(home.state()).doesNotExist();
    }

    @Test
    void losesWhatEndsByItselfAndNotWhatItEnds() throws Exception {
        Child killed = supervisor.start(SLEEPER);
        Child running = supervisor.start(new ChildSpec("other", List.of("any"), 1, "tcp:1"));
        ProcessHandle process = killed.process().orElseThrow();
        process.destroyForcibly();
        process.onExit().join();
        assertThat(supervisor.lost()).containsExactly(killed);

        supervisor.stopAll();
        assertThat(running.isAlive()).isFalse();
        assertThat(supervisor.lost()).isEmpty();
    }
}
