package weft.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a proxy knows of those it shared limits with when it starts again. */
class QuotaMemoryTest {
    private static final long MINUTE = 60_000;

    @TempDir
    private Path folder;

    private long now = 1_796_000_000_000L;

    private QuotaMemory memory() {
        return new QuotaMemory(folder.resolve("data"), () -> Instant.ofEpochMilli(now));
    }

    @Test
    void theMostOfTheLastHourIsKnownAfterARestart() {
        QuotaMemory memory = memory();
        assertThat(memory.load()).isEmpty();
        memory.note(Map.of("shop/api/each: one", 3, "shop/api/two", 1));
        assertThat(memory().load()).isEqualTo(Map.of("shop/api/each: one", 3, "shop/api/two", 1));

        now += 30 * MINUTE;
        memory.note(Map.of("shop/api/each: one", 1));
        assertThat(memory().load()).as("others left a while ago").isEqualTo(Map.of("shop/api/each: one", 3));
        now += 31 * MINUTE;
        memory.note(Map.of("shop/api/each: one", 2));
        assertThat(memory().load()).as("more than an hour ago").isEqualTo(Map.of("shop/api/each: one", 2));
        now += 59 * MINUTE;
        memory.note(Map.of("shop/api/each: one", 2));
        now += 59 * MINUTE;
        memory.note(Map.of("shop/api/each: one", 1));
        assertThat(memory().load()).as("there an hour ago").isEqualTo(Map.of("shop/api/each: one", 2));
    }

    @Test
    void aFileOfNoUseIsAsNone() throws IOException {
        memory().note(Map.of("a", 3));
        Path file = folder.resolve("data/quota.properties");
        for (String text : new String[] {"", "a=three", "a=3", "a=3 x", "\\u12"}) {
            Files.writeString(file, text);
            assertThat(memory().load()).as(text).isEmpty();
        }
        memory().note(Map.of("a", 4));
        assertThat(memory().load()).isEqualTo(Map.of("a", 4));
    }

    @Test
    void aFolderThatCannotBeWrittenIsToldAndLivedWith() throws IOException {
        Files.writeString(folder.resolve("data"), "no folder");
        QuotaMemory memory = memory();
        memory.note(Map.of("a", 3));
        assertThat(memory.load()).isEmpty();
    }
}
