package weft.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weft.log.SavedRules;

/** A disk that is slow, or full, and the rules that go on all the same. */
@Timeout(60)
class SnapshotWriterTest {
    @TempDir
    private Path folder;

    private final List<Long> written = new CopyOnWriteArrayList<>();

    private static LocalSnapshot.Content content(long offset) {
        SavedRules saved = new SavedRules("cluster", "topic", 3, offset, new byte[] {1}, 17, Map.of());
        return new LocalSnapshot.Content(saved, Map.of(), List.of());
    }

    @Test
    void onlyTheNewestWaitsForASlowDiskAndIsWrittenBeforeTheEnd() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        SnapshotWriter writer = new SnapshotWriter(content -> {
            begun.countDown();
            awaitQuietly(released);
            written.add(content.saved().commitOffset());
        });
        writer.start();
        writer.write(content(1));
        begun.await();
        for (long offset = 2; offset <= 4; offset++) {
            writer.write(content(offset));
        }
        assertThat(written).isEmpty();
        released.countDown();
        writer.close();
        assertThat(written).containsExactly(1L, 4L);
    }

    @Test
    void whatCouldNotBeWrittenIsToldOnceAndTheNextIsTried() throws Exception {
        SnapshotWriter writer = new SnapshotWriter(content -> {
            if (content.saved().commitOffset() == 1) {
                throw new IOException("No space left on device");
            }
            written.add(content.saved().commitOffset());
        });
        writer.start();
        writer.write(content(1));
        await().until(() -> writer.takeOutcome() == SnapshotWriter.Outcome.FAILED);
        assertThat(writer.takeOutcome()).isNull();
        writer.write(content(2));
        writer.close();
        assertThat(writer.takeOutcome()).isEqualTo(SnapshotWriter.Outcome.WRITTEN);
        assertThat(written).containsExactly(2L);
    }

    /** The file that is written is a pipe that nobody reads: opening it takes for ever. */
    @Test
    void rulesGoOnWhileTheDiskDoesNotAnswer() throws Exception {
        Path pipe = folder.resolve("rules.snapshot.tmp");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        try (AttackedMesh mesh = new AttackedMesh()) {
            AttackedMesh.Proxy proxy = mesh.new Proxy(folder);
            mesh.publish("a", "one");
            proxy.awaitTable("{a=[one]}");
            await().until(SnapshotWriterTest::isWriting);

            mesh.publish("a", "two");
            proxy.awaitTable("{a=[two]}");
            assertThat(isWriting()).isTrue();
            Files.readAllBytes(pipe); // the disk answers, that it cannot be forced
            await().until(() -> !Files.exists(pipe));
        }
        assertThat(Objects.requireNonNull(new LocalSnapshot(folder).load())
                        .saved()
                        .values())
                .containsOnlyKeys("VirtualService/default/a")
                .allSatisfy((key, value) -> assertThat(new String(value.bytes(), StandardCharsets.ISO_8859_1))
                        .contains("two"));
    }

    private static boolean isWriting() {
        return Thread.getAllStackTraces().values().stream()
                .flatMap(Arrays::stream)
                .anyMatch(frame -> frame.getClassName().equals(LocalSnapshot.class.getName())
                        && frame.getMethodName().equals("write"));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
