package weft.local.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Commands that meet a mesh which runs already: this very process stands for its only part. */
class RunningMeshTest {
    @TempDir
    Path folder = Path.of("");

    @BeforeEach
    void aMeshRuns() throws IOException {
        MeshHome home = new MeshHome(folder);
        home.create();
        ProcessHandle self = ProcessHandle.current();
        Child child = new Child("gateway", self.pid(), Child.startOf(self), List.of(), 8080, "tcp:1", "none");
        new MeshState("127.0.0.1:9092", 8080, 20001, 1, List.of(child)).save(home);
    }

    private int run(Object command, String... arguments) {
        CommandLine line = new CommandLine(command);
        List<String> all = new java.util.ArrayList<>(List.of(arguments));
        all.addAll(List.of("--home", folder.toString()));
        return line.execute(all.toArray(String[]::new));
    }

    @Test
    void upLeavesItAlone() {
        assertThat(run(new UpCommand())).isZero();
        assertThat(run(new UpCommand(), "--kafka", "127.0.0.1:9092")).isZero();
    }

    @Test
    void upRefusesOptionsThatWouldHaveNoEffect() {
        assertThat(run(new UpCommand(), "--kafka", "broker:9092")).isEqualTo(1);
        assertThat(run(new UpCommand(), "--rules", "my-rules")).isEqualTo(1);
        assertThat(run(new UpCommand(), "--no-load")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-5", "1001", "20000"})
    void demoLoadRefusesARateTheVisitorsWouldNotTake(String rate) {
        assertThat(run(new DemoLoadCommand(), "--rps", rate)).isEqualTo(64);
    }
}
