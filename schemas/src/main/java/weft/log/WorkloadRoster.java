package weft.log;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import weft.schema.Workload;

/**
 * Who registered as a workload, as the sidecars themselves report. Confined to the calling thread.
 *
 * <p>Ages are those of the broker's time stamps by this machine's clock, as leases are.
 */
public final class WorkloadRoster implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);

    private final InstantSource clock;
    private final TableReader<Workload> reader;
    private final Map<String, Entry> entries = new TreeMap<>();

    /**
     * One workload as it was last reported.
     *
     * @param reportedAt milliseconds since 1970
     */
    public record Entry(Workload workload, long reportedAt) {
        /** Whether it has been silent for longer than its lease. */
        public boolean isExpired(long nowMillis) {
            return nowMillis - reportedAt >= workload.getLeaseMillis();
        }
    }

    /** Reads nothing yet. */
    public WorkloadRoster(Map<String, Object> kafka, TopicNames names, RecordDecoder decoder, InstantSource clock) {
        this.clock = clock;
        reader = new TableReader<>(kafka, names.workloads(), decoder, Workload.class);
    }

    /**
     * Reads what the topic holds; a topic that does not exist yet holds nobody.
     *
     * @throws RuleLogException when that takes longer than the timeout
     */
    public void catchUp(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!reader.isCaughtUp()) {
            if (deadline - System.nanoTime() < 0) {
                throw new RuleLogException(
                        "registered workloads could not be read within " + timeout.toMillis() + " ms");
            }
            poll(POLL);
        }
    }

    /** Takes in what is reported within {@code wait}; returns whether something was. */
    public boolean poll(Duration wait) throws InterruptedException {
        boolean[] isChanged = {false};
        reader.poll(wait, (key, workload, at) -> {
            isChanged[0] = true;
            take(key, workload, at);
        });
        return isChanged[0];
    }

    private void take(String key, @Nullable Workload workload, long reportedAt) {
        if (workload == null) {
            entries.remove(key);
        } else {
            entries.put(key, new Entry(workload, reportedAt));
        }
    }

    /** All that are known, those whose lease ran out among them, by namespace and name. */
    public List<Entry> all() {
        return new ArrayList<>(entries.values());
    }

    /** Milliseconds since 1970 by the clock that ages are told by. */
    public long nowMillis() {
        return clock.millis();
    }

    @Override
    public void close() {
        reader.close();
    }
}
