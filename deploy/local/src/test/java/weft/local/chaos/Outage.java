package weft.local.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A time without any broker, and what the proxies spend on it: processor time of the threads that talk to Kafka, read
 * from the outside, and memory. Confined to the test's thread.
 *
 * <p>The first two proxies live through it all; the others are killed and started again in between, and serve from disk.
 */
final class Outage {
    private static final int WATCHED = 2;
    /** Of one core. A short outage holds the first attempts of code that was never run before. */
    private static final double SHORT_LIMIT_PERCENT = 5;

    private static final double LONG_LIMIT_PERCENT = 1;
    private static final Duration LONG = Duration.ofMinutes(5);
    /** Live objects after, less those before: caches fill, code loads. */
    private static final long HEAP_GROWTH_BYTES = 8L << 20;

    /** Processor time is told in ticks of this length, on every Linux that Java runs on. */
    private static final int TICKS_PER_SECOND = 100;

    private static final List<String> THREADS = List.of("rule-loader", "workloads", "proxy-status", "quota", "kafka-");

    private final ChaosMesh mesh;
    private final Duration length;
    private final Map<String, Double> percentByThread = new TreeMap<>();
    private final List<Double> percents = new ArrayList<>();
    private final List<Long> liveBefore = new ArrayList<>();
    private final List<Long> liveAfter = new ArrayList<>();
    private double restartSeconds;

    Outage(ChaosMesh mesh, Duration length) {
        this.mesh = mesh;
        this.length = length;
    }

    void pass() throws Exception {
        for (int i = 0; i < WATCHED; i++) {
            liveBefore.add(liveBytes(mesh.proxies.get(i)));
        }
        List<Map<String, Long>> before = ticks();
        long start = System.nanoTime();
        long third = length.toMillis() / 3;
        Thread.sleep(third); // the outage itself
        restartTheOthers();
        long rest = length.toMillis() - (System.nanoTime() - start) / 1_000_000;
        Thread.sleep(Math.max(third, rest));
        double seconds = (System.nanoTime() - start) / 1e9;
        List<Map<String, Long>> after = ticks();
        for (int i = 0; i < WATCHED; i++) {
            double sum = 0;
            for (Map.Entry<String, Long> thread : after.get(i).entrySet()) {
                long spent = thread.getValue() - before.get(i).getOrDefault(thread.getKey(), 0L);
                double percent = 100.0 * spent / TICKS_PER_SECOND / seconds;
                percentByThread.merge(thread.getKey(), percent / WATCHED, Double::sum);
                sum += isOfKafka(thread.getKey()) ? percent : 0;
            }
            percents.add(sum);
            liveAfter.add(liveBytes(mesh.proxies.get(i)));
        }
    }

    private void restartTheOthers() throws IOException, InterruptedException {
        for (int i = WATCHED; i < ChaosMesh.PROXIES; i++) {
            long start = System.nanoTime();
            mesh.proxies.get(i).restart();
            long answered = mesh.loads.get(i).answered.get();
            ChaosLoad load = mesh.loads.get(i);
            await().atMost(ChaosMesh.PATIENCE).until(() -> load.answered.get() > answered);
            restartSeconds = Math.max(restartSeconds, (System.nanoTime() - start) / 1e9);
        }
    }

    private static boolean isOfKafka(String thread) {
        return THREADS.stream().anyMatch(thread::startsWith);
    }

    private List<Map<String, Long>> ticks() throws IOException {
        List<Map<String, Long>> ticks = new ArrayList<>();
        for (int i = 0; i < WATCHED; i++) {
            ticks.add(ticks(mesh.proxies.get(i).pid()));
        }
        return ticks;
    }

    /** By the first 15 characters of the names of threads, as the system keeps them. */
    private static Map<String, Long> ticks(long pid) throws IOException {
        Map<String, Long> ticks = new TreeMap<>();
        List<Path> threads;
        try (Stream<Path> listed = Files.list(Path.of("/proc/" + pid + "/task"))) {
            threads = listed.toList();
        }
        for (Path thread : threads) {
            try {
                String stat = Files.readString(thread.resolve("stat"));
                String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
                String[] rest = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
                ticks.merge(name, Long.parseLong(rest[11]) + Long.parseLong(rest[12]), Long::sum);
            } catch (NoSuchFileException e) {
                // it ended meanwhile
            }
        }
        return ticks;
    }

    /** What is reachable, after a collection that asking for it makes. */
    private static long liveBytes(ChaosProcess process) throws IOException, InterruptedException {
        Process asking = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        String.valueOf(process.pid()),
                        "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String said = new String(asking.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        asking.waitFor();
        String total = said.substring(said.lastIndexOf("Total")).strip();
        return Long.parseLong(total.split(" +", -1)[2]);
    }

    void assertThatLittleWasSpent() {
        double limit = length.compareTo(LONG) < 0 ? SHORT_LIMIT_PERCENT : LONG_LIMIT_PERCENT;
        for (int i = 0; i < WATCHED; i++) {
            assertThat(percents.get(i)).as("%% of a core: %s", percentByThread).isLessThan(limit);
            assertThat(liveAfter.get(i) - liveBefore.get(i))
                    .as("bytes live after %d, before %d", liveAfter.get(i), liveBefore.get(i))
                    .isLessThan(HEAP_GROWTH_BYTES);
        }
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%d s without brokers: %% of a core spent on Kafka %s, live bytes before %s after %s, restart to answer at"
                        + " most %.1f s; by thread",
                length.toSeconds(),
                percents.stream()
                        .map(p -> String.format(Locale.ROOT, "%.2f", p))
                        .toList(),
                liveBefore,
                liveAfter,
                restartSeconds));
        percentByThread.forEach((name, percent) -> {
            if (percent >= 0.005) {
                text.append(String.format(Locale.ROOT, " %s %.2f%%", name, percent));
            }
        });
        return text.toString();
    }
}
