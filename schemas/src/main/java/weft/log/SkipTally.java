package weft.log;

import java.util.List;
import java.util.Map;

/**
 * What a reader skipped since it was made. Immutable.
 *
 * @param counts skipped records by reason; a reason that never occurred is missing
 * @param recent the latest few, oldest first
 */
public record SkipTally(Map<SkipReason, Long> counts, List<SkippedRecord> recent) {
    public static final SkipTally NONE = new SkipTally(Map.of(), List.of());

    public SkipTally {
        counts = Map.copyOf(counts);
        recent = List.copyOf(recent);
    }

    public long total() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
