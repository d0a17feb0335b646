package weft.proxy.control;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weft.log.RecordDecoder;
import weft.log.SchemaLog;
import weft.log.TableReader;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.schema.Workload;

/**
 * The thread "workloads": follows who registered, and tells when that changes. Thread-safe.
 *
 * <p>Without Kafka the workloads known last go on being served, those saved on disk among them.
 */
final class WorkloadReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkloadReader.class);

    private static final Duration SCHEMA_TIMEOUT = Duration.ofSeconds(5);
    /** How late an ended lease may be noticed. */
    private static final Duration POLL = Duration.ofMillis(500);
    /** A stopping reader ends its poll at once; only a question to a broker may take longer, and is then cut off. */
    private static final long STOP_MILLIS = 500;

    private final InstantSource clock;
    private final Consumer<RegisteredWorkloads> listener;
    private final TableReader<Workload> reader;
    private final WorkloadTable table = new WorkloadTable();
    private final Thread thread = new Thread(this::run, "workloads");
    private volatile boolean isClosing;
    private volatile boolean isCaughtUp;
    /** Null before the first: what is there then counts even when it is nobody. */
    private @Nullable RegisteredWorkloads told;

    /** @param listener called on the reader's thread with each new state */
    WorkloadReader(
            Map<String, Object> kafka,
            TopicNames names,
            WireCodec codec,
            InstantSource clock,
            Consumer<RegisteredWorkloads> listener) {
        this.clock = clock;
        this.listener = listener;
        SchemaLog schemas = new SchemaLog(kafka, names, codec, SCHEMA_TIMEOUT);
        reader = new TableReader<>(kafka, names.workloads(), new RecordDecoder(codec, schemas), Workload.class);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Whether all that had registered by the start is known. */
    boolean isCaughtUp() {
        return isCaughtUp;
    }

    private void run() {
        try {
            while (!isClosing) {
                reader.poll(POLL, this::take);
                expire();
                if (reader.isCaughtUp()) {
                    tell();
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("interrupted while stopping");
        } catch (RuntimeException e) {
            LOG.error("workloads are not followed any more, the last known ones stay error={}", e.toString(), e);
        } finally {
            reader.close();
        }
    }

    private void take(String id, @Nullable Workload workload, long takenMillis) {
        table.record(id, workload, clock.millis() - takenMillis, System.nanoTime());
    }

    private void expire() {
        if (!reader.isCaughtUp() || !table.hasExpired(System.nanoTime())) {
            return;
        }
        if (reader.isCurrent()) {
            table.expire(System.nanoTime());
        } else {
            table.renewAll(System.nanoTime());
        }
    }

    private void tell() {
        RegisteredWorkloads now = table.serving();
        if (!now.equals(told)) {
            told = now;
            listener.accept(now);
        }
        isCaughtUp = true;
    }

    @Override
    public void close() throws InterruptedException {
        isClosing = true;
        reader.wakeup();
        thread.join(STOP_MILLIS);
        if (thread.isAlive()) {
            thread.interrupt();
            thread.join();
        }
    }
}
