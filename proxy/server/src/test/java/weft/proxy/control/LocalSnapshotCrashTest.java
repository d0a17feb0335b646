package weft.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weft.log.SavedRules;

/** A proxy that is killed while it writes, and a disk that has no room: there is always a whole snapshot to serve. */
class LocalSnapshotCrashTest {
    private static final int KILLS = 4;
    private static final int LONGEST_LIFE_MILLIS = 80;
    private static final int RULES = 300;
    private static final int RULE_BYTES = 1_000;

    @TempDir
    private Path folder;

    /** As process: writes one snapshot after the other, from the offset after the given one, and says which are written. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) throws IOException {
            LocalSnapshot local = new LocalSnapshot(Path.of(arguments[0]));
            local.load();
            for (long offset = Long.parseLong(arguments[1]) + 1; ; offset++) {
                local.write(content(offset));
                System.out.println(offset);
            }
        }
    }

    private static LocalSnapshot.Content content(long offset) {
        Map<String, SavedRules.Value> values = new HashMap<>();
        for (int i = 0; i < RULES; i++) {
            values.put("K/ns/" + i, new SavedRules.Value(new byte[RULE_BYTES], offset));
        }
        SavedRules saved = new SavedRules("cluster", "topic", 3, offset, new byte[] {1}, 17, values);
        return new LocalSnapshot.Content(saved, Map.of(), List.of());
    }

    private long loaded() {
        return Objects.requireNonNull(new LocalSnapshot(folder).load()).saved().commitOffset();
    }

    @Test
    void killedAtAnyMomentItLeavesWhatWasWrittenLastOrWhatIsNewer() throws Exception {
        long seed = Long.getLong("weft.seed", System.nanoTime());
        System.out.println("LocalSnapshotCrashTest seed=" + seed + " (repeat with -Dweft.seed=" + seed + ")");
        Random random = new Random(seed);
        long written = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            written = writeUntilKilled(written, random.nextInt(LONGEST_LIFE_MILLIS));
            long found = loaded();
            assertThat(found).as("seed %d, kill %d", seed, kill).isBetween(written, written + 1);
            written = found;
        }
        assertThat(Files.exists(folder.resolve("rules.snapshot.previous"))).isTrue();
    }

    private long writeUntilKilled(long last, int millis) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        folder.toString(),
                        String.valueOf(last))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        long written = last;
        try (BufferedReader said =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String first = said.readLine();
            TimeUnit.MILLISECONDS.sleep(millis); // the moment of the kill is what is random
            process.toHandle().destroyForcibly(); // unlike the process itself it leaves open what was said
            process.waitFor();
            for (String line = first; line != null && !line.isEmpty(); line = said.readLine()) {
                written = Long.parseLong(line);
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        return written;
    }

    @Test
    void onAFullDiskBothStayAndTheNextIsWrittenOnceThereIsRoom() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        String refusal = run("mount", "-t", "tmpfs", "-o", "size=1m", "weft-test", disk.toString());
        assumeTrue(refusal.isEmpty(), () -> "skipped, as no small disk can be mounted here: " + refusal);
        try {
            LocalSnapshot local = new LocalSnapshot(disk);
            local.write(content(1));
            local.write(content(2));
            Path other = Files.write(disk.resolve("other"), new byte[300_000]);

            assertThatThrownBy(() -> local.write(content(3))).isInstanceOf(IOException.class);
            LocalSnapshot restarted = new LocalSnapshot(disk);
            assertThat(Objects.requireNonNull(restarted.load()).saved().commitOffset())
                    .isEqualTo(2);
            assertThat(disk.resolve("rules.snapshot.tmp")).doesNotExist();
            Files.delete(other);
            restarted.write(content(4));
            assertThat(Objects.requireNonNull(restarted.load()).saved().commitOffset())
                    .isEqualTo(4);
        } finally {
            assertThat(run("umount", disk.toString())).isEmpty();
        }
    }

    /** What it complained of; empty when it went well. */
    private static String run(String... command) throws InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? "" : said.strip() + " (exit " + process.exitValue() + ")";
        } catch (IOException e) {
            return e.toString();
        }
    }
}
