package weft.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weft.log.SavedRules;

class LocalSnapshotTest {
    @TempDir
    private Path folder;

    private static LocalSnapshot.Content content(long offset) {
        byte[] bytes = ("value" + offset).getBytes(StandardCharsets.UTF_8);
        SavedRules saved = new SavedRules(
                "cluster", "topic", 3, offset, bytes, 17, Map.of("K/ns/a", new SavedRules.Value(bytes, offset - 1)));
        return new LocalSnapshot.Content(saved, Map.of("K/ns/b", bytes), List.of("{}"));
    }

    @Test
    void whatWasWrittenIsLoaded() throws IOException {
        new LocalSnapshot(folder).write(content(9));
        LocalSnapshot.Content loaded = Objects.requireNonNull(new LocalSnapshot(folder).load());
        assertThat(loaded).usingRecursiveComparison().isEqualTo(content(9));
    }

    @Test
    void aFileTornAnywhereFallsBackToThePreviousOne() throws IOException {
        LocalSnapshot local = new LocalSnapshot(folder);
        local.write(content(9));
        local.write(content(12));
        Path newest = folder.resolve("rules.snapshot");
        byte[] whole = Files.readAllBytes(newest);
        for (int length = 0; length < whole.length; length += 13) {
            Files.write(newest, Arrays.copyOf(whole, length));
            assertThat(Objects.requireNonNull(local.load()).saved().commitOffset())
                    .isEqualTo(9);
        }
        byte[] flipped = whole.clone();
        flipped[whole.length / 2] ^= 1;
        Files.write(newest, flipped);
        assertThat(Objects.requireNonNull(local.load()).saved().commitOffset()).isEqualTo(9);
    }

    @Test
    void aDamagedNewestNeverTakesThePlaceOfTheWholeOneBeforeIt() throws IOException {
        LocalSnapshot before = new LocalSnapshot(folder);
        before.write(content(9));
        before.write(content(12));
        Files.write(folder.resolve("rules.snapshot"), new byte[100]);

        LocalSnapshot local = new LocalSnapshot(folder);
        local.load();
        local.write(content(15));
        Files.delete(folder.resolve("rules.snapshot")); // as when the power went between the two renames
        assertThat(Objects.requireNonNull(local.load()).saved().commitOffset()).isEqualTo(9);
    }

    @Test
    void withoutAnyFileThereIsNothingToLoad() {
        assertThat(new LocalSnapshot(folder).load()).isNull();
    }

    @Test
    void aPlaceThatCannotBeWrittenIsToldOfBeforeThereIsAnythingToWrite() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThat(new LocalSnapshot(file.resolve("data")).problem()).contains(file.toString());
        assertThat(new LocalSnapshot(folder.resolve("a/b")).problem()).isEmpty();
        assertThat(folder.resolve("a/b")).isDirectory();
    }
}
