package weft.log;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weft.log.registry.SchemaRegistry;

/**
 * The thread "schema-ids" of a process that writes telemetry: asks for ids until it has them all, and ends. Thread-safe.
 *
 * <p>Nobody waits for it: until then values go out in single-object encoding, which every reader takes as well.
 */
public final class SchemaIdAssigner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SchemaIdAssigner.class);

    private static final java.time.Duration KAFKA_TIMEOUT = java.time.Duration.ofSeconds(5);
    private static final long FIRST_PAUSE_MILLIS = 1_000;
    private static final long LONGEST_PAUSE_MILLIS = 60_000;

    private final SchemaIds ids;
    private final List<SchemaIds.Subject> subjects;
    private final Thread thread = new Thread(this::run, "schema-ids");
    private volatile int missing;

    private SchemaIdAssigner(SchemaIds ids, List<SchemaIds.Subject> subjects) {
        this.ids = ids;
        this.subjects = List.copyOf(subjects);
        this.missing = subjects.size();
        thread.setDaemon(true);
    }

    /**
     * Begins to ask; null when the properties name no registry.
     *
     * @param kafka client properties, those of the registry among them
     * @param codec that writes with the ids once they are there
     * @throws IllegalArgumentException when the registry's properties are wrong
     */
    public static @Nullable SchemaIdAssigner start(
            Map<String, Object> kafka, TopicNames names, WireCodec codec, List<SchemaIds.Subject> subjects) {
        SchemaRegistry registry = SchemaRegistry.of(kafka);
        if (registry == null) {
            return null;
        }
        SchemaLog log = new SchemaLog(kafka, names, codec, KAFKA_TIMEOUT);
        SchemaIdAssigner assigner = new SchemaIdAssigner(new SchemaIds(log, codec, registry), subjects);
        assigner.thread.start();
        return assigner;
    }

    /** Schemas that have no id yet. */
    public int missing() {
        return missing;
    }

    private void run() {
        long pauseMillis = FIRST_PAUSE_MILLIS;
        try {
            while (true) {
                List<String> problems = problems();
                missing = problems.isEmpty() ? 0 : Math.max(1, Math.min(problems.size(), subjects.size()));
                if (problems.isEmpty()) {
                    LOG.info("telemetry is written with ids of the schema registry");
                    return;
                }
                LOG.warn(
                        "no id from the schema registry, values go on in single-object encoding retryMillis={} error={}",
                        pauseMillis,
                        problems.get(0));
                TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextLong(pauseMillis / 2, pauseMillis + 1));
                pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, pauseMillis * 2);
            }
        } catch (InterruptedException | org.apache.kafka.common.errors.InterruptException e) {
            LOG.debug("interrupted while stopping");
        }
    }

    private List<String> problems() {
        try {
            return ids.assign(subjects);
        } catch (RuleLogException | IllegalStateException e) {
            return List.of(e.toString());
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
