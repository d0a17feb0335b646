package weft.log;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Records that wait for the commit record of their bundle. Confined to the reader's thread. */
final class BundleBuffer {
    /**
     * What may wait while the log is followed: more than any publisher writes at once. There is no bound while catching
     * up, for what compaction has left of old bundles waits for the first commit record, and is no more than the rules.
     */
    static final long MAX_FOLLOWING_BYTES = 128L << 20;

    private final List<BundleRecord> waiting = new ArrayList<>();
    private long bytes;

    void add(BundleRecord record) {
        waiting.add(record);
        bytes += record.bytes();
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    boolean isTooMuchToFollow() {
        return bytes > MAX_FOLLOWING_BYTES;
    }

    /** Takes the records of one bundle, each index once, and hands out those that are too many. */
    List<BundleRecord> takeBundle(long revision, String bundleId, Consumer<BundleRecord> superfluous) {
        BitSet seen = new BitSet();
        List<BundleRecord> own = new ArrayList<>();
        for (BundleRecord each :
                take(r -> r.revision() == revision && r.headers().bundleId().equals(bundleId))) {
            int index = each.headers().index();
            if (index < 0 || index >= each.headers().count() || seen.get(index)) {
                superfluous.accept(each);
            } else {
                seen.set(index);
                own.add(each);
            }
        }
        return own;
    }

    /** Takes those that the predicate holds for, in their order. */
    List<BundleRecord> take(Predicate<BundleRecord> wanted) {
        List<BundleRecord> taken = new ArrayList<>();
        List<BundleRecord> left = new ArrayList<>();
        for (BundleRecord each : waiting) {
            (wanted.test(each) ? taken : left).add(each);
        }
        waiting.clear();
        waiting.addAll(left);
        bytes = left.stream().mapToLong(BundleRecord::bytes).sum();
        return taken;
    }

    void clear() {
        waiting.clear();
        bytes = 0;
    }
}
