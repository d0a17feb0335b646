package weft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.log.testing.TestRules.key;
import static weft.log.testing.TestRules.virtualService;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import weft.log.RuleLogReader.Phase;
import weft.log.testing.TestBroker;
import weft.rules.RuleKey;

/**
 * One publisher, hasty compaction, and readers that start, stall, restart from snapshots: whatever happens, each table a
 * reader shows is exactly what the publisher had written at that revision.
 */
class RuleLogModelTest {
    private static final Duration LENGTH = Duration.ofSeconds(6);
    /** A busy machine gets longer to publish enough, */
    private static final int MIN_BUNDLES = 40;
    /** but not for ever. */
    private static final Duration MAX_LENGTH = Duration.ofSeconds(60);

    private static final int KEYS = 30;
    private static final int READERS = 4;

    private final Map<Long, Map<String, List<String>>> oracle = new ConcurrentHashMap<>();
    private final AtomicBoolean done = new AtomicBoolean();
    private final AtomicInteger tables = new AtomicInteger();

    @Test
    void everyTableShownIsOneThatWasPublished() throws Exception {
        long seed = Long.getLong("weft.seed", System.nanoTime());
        System.out.println("RuleLogModelTest seed=" + seed + " (repeat with -Dweft.seed=" + seed + ")");
        oracle.put(0L, Map.of());
        ExecutorService threads = Executors.newFixedThreadPool(READERS);
        try (Mesh mesh = new Mesh(TestBroker.shared(), RuleLogFaultTest.HASTY_COMPACTION)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                Random random = new Random(seed + i + 1);
                running.add(threads.submit(() -> {
                    read(mesh, random);
                    return null;
                }));
            }
            publish(mesh, new Random(seed));
            done.set(true);
            for (Future<?> each : running) {
                each.get();
            }
        } finally {
            done.set(true);
            threads.shutdownNow();
        }
        assertThat(tables).as("seed %d", seed).hasPositiveValue();
        System.out.println("RuleLogModelTest bundles=" + (oracle.size() - 1) + " tables=" + tables);
    }

    private void publish(Mesh mesh, Random random) throws InterruptedException {
        RulePublisher publisher = mesh.publisher();
        Map<String, List<String>> state = new TreeMap<>();
        long revision = 0;
        long start = System.nanoTime();
        while (true) {
            long elapsed = System.nanoTime() - start;
            if (elapsed > MAX_LENGTH.toNanos()
                    || (elapsed > LENGTH.toNanos() && revision >= MIN_BUNDLES && tables.get() > 0)) {
                return;
            }
            Map<String, List<String>> next = new TreeMap<>(state);
            BundleDraft draft = draft(random, revision + 1, next);
            if (next.equals(state)) {
                continue;
            }
            oracle.put(revision + 1, Map.copyOf(next));
            if (random.nextInt(15) == 0) { // dies in the middle: the next publisher rolls it back
                RawBundles.abandonOne(mesh, revision + 1);
                publisher.close();
                publisher = mesh.publisher();
            }
            revision = publisher.publish(draft).revision();
            state = next;
            if (random.nextInt(4) == 0) {
                Thread.sleep(random.nextInt(60)); // the pace is part of the model: compaction needs time to bite
            }
        }
    }

    private static BundleDraft draft(Random random, long revision, Map<String, List<String>> next) {
        List<SpecificRecord> upserts = new ArrayList<>();
        List<RuleKey> deletes = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = random.nextInt(6); i >= 0; i--) {
            String name = "s" + random.nextInt(KEYS);
            if (!names.add(name)) {
                continue;
            }
            if (random.nextInt(10) < 3) {
                deletes.add(key(name));
                next.remove(name);
            } else {
                String host = "r" + revision;
                upserts.add(virtualService(name, host));
                next.put(name, List.of(host));
            }
        }
        return new BundleDraft(upserts, deletes, "", "", "", "");
    }

    private void read(Mesh mesh, Random random) throws Exception {
        SavedRules saved = null;
        while (!done.get()) {
            saved = live(mesh, random, random.nextBoolean() ? saved : null);
        }
    }

    /** One life of a reader; what it would have on disk at the end of it. */
    private @Nullable SavedRules live(Mesh mesh, Random random, @Nullable SavedRules resumed) throws Exception {
        RecordingSink sink = new RecordingSink();
        ReaderSettings settings = ReaderSettings.DEFAULT.withMaxPollRecords(1 + random.nextInt(20));
        int polls = 20 + random.nextInt(200);
        int checked = 0;
        try (RuleLogReader reader = new RuleLogReader(mesh.kafka(), mesh.names, mesh.decoder(), sink, settings)) {
            if (resumed != null) {
                reader.resume(resumed);
            }
            for (int i = 0; i < polls && !done.get(); i++) {
                reader.poll(Duration.ofMillis(20));
                for (; checked < sink.tables.size(); checked++) {
                    RecordingSink.Table table = sink.tables.get(checked);
                    assertThat(table.hosts())
                            .as("revision %d", table.revision())
                            .isEqualTo(oracle.get(table.revision()));
                    tables.incrementAndGet();
                }
                assertThat(reader.phase()).as(reader.detail()).isNotEqualTo(Phase.DEGRADED);
                if (random.nextInt(60) == 0) {
                    Thread.sleep(random.nextInt(1_500)); // a stalled proxy: the log moves on and is compacted
                }
            }
            SavedRules saved = reader.save();
            return saved == null ? null : copy(saved);
        }
    }

    private static SavedRules copy(SavedRules saved) {
        return new SavedRules(
                saved.clusterId(),
                saved.topicId(),
                saved.leaderEpoch(),
                saved.commitOffset(),
                saved.commit(),
                saved.savedAtMillis(),
                new HashMap<>(saved.values()));
    }
}
