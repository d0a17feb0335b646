package weft.log;

import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the records that a {@link RuleLogReader} skips, and remembers the latest. Written by the reader's thread;
 * {@link #tally} may be asked from any.
 */
final class SkippedRecords {
    private static final Logger LOG = LoggerFactory.getLogger(RuleLogReader.class);

    /** Remembered for people; a flood is told by its count. */
    private static final int RECENT = 16;
    /** Offsets remembered, so that reading the log anew counts nothing twice; beyond it a rebuild may. */
    private static final int COUNTED_CAPACITY = 1 << 16;
    /** Lines in the log of this process; what comes after is counted only. */
    private static final int MAX_LINES = 100;

    private final String topic;
    private final Map<SkipReason, Long> counts = new EnumMap<>(SkipReason.class);
    private final ArrayDeque<SkippedRecord> recent = new ArrayDeque<>();
    private final Set<Long> counted = new HashSet<>();
    private int lines;
    private volatile SkipTally tally = SkipTally.NONE;

    SkippedRecords(String topic) {
        this.topic = topic;
    }

    void add(SkippedRecord record) {
        if (counted.size() < COUNTED_CAPACITY && !counted.add(record.offset())) {
            return;
        }
        counts.merge(record.reason(), 1L, Long::sum);
        recent.addLast(record);
        if (recent.size() > RECENT) {
            recent.removeFirst();
        }
        tally = new SkipTally(counts, List.copyOf(recent));
        if (lines < MAX_LINES) {
            lines++;
            LOG.warn(
                    "record skipped topic={} offset={} reason={} error={}",
                    topic,
                    record.offset(),
                    record.reason().code(),
                    record.text());
        }
    }

    /** Another topic has taken the place of the old one: its offsets are others. */
    void newTopic() {
        counted.clear();
    }

    SkipTally tally() {
        return tally;
    }
}
