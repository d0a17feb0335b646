package weft.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import weft.schema.Commit;

/**
 * Folds the records of the rules topic into the state at the last commit that counts. Confined to the reader's thread.
 *
 * <p>Records wait until their commit record comes. A bundle that continues what is known, by the hash of the commit
 * before it or by its digest, counts at once, and whatever else lay between the two commits does not. A bundle that
 * does not continue it is doubtful: compaction may have taken the commits between, or somebody wrote it who is no
 * publisher. It counts when a later bundle continues it, or when the digest at the end of the log says so; it does not
 * when a later bundle continues the one before it.
 */
final class RuleFold {

    /** A commit record as it was read. */
    record CommitPoint(Commit commit, byte[] encoded, long offset, int leaderEpoch) {
        long revision() {
            return commit.getRevision();
        }

        /** Whether {@code next} was written by one who had read this. */
        boolean isContinuedBy(CommitPoint next) {
            byte[] hash = StateDigest.sha256().digest(encoded);
            return next.revision() == revision() + 1
                    && next.commit().getPreviousCommitHash().equals(ByteBuffer.wrap(hash));
        }
    }

    /** A bundle that does not continue what is known, with what compaction left of those before it. */
    private record Doubtful(CommitPoint point, List<BundleRecord> records, BundleTrust.@Nullable Refusal refusal) {}

    private final RuleTable table = new RuleTable();
    private final BundleBuffer buffer = new BundleBuffer();
    private final List<Doubtful> doubtful = new ArrayList<>();
    private final Consumer<SkippedRecord> skipped;
    private final BundleTrust trust;
    private @Nullable CommitPoint last;
    /** Whether every step to this state was checked, or the state as a whole was. */
    private boolean isProven = true;
    /** Whether records of bundles were there when reading began: somebody ended them with a commit record once. */
    private boolean hasRecords;

    private long latest;

    /** An empty state, before the first record of the log. */
    RuleFold(BundleTrust trust, Consumer<SkippedRecord> skipped) {
        this.trust = trust;
        this.skipped = skipped;
    }

    /** The state of a snapshot, all of it served already; it was checked before it was written. */
    RuleFold(SavedRules saved, Commit commit, BundleTrust trust, Consumer<SkippedRecord> skipped) {
        this(trust, skipped);
        table.restore(saved.values());
        last = new CommitPoint(commit, saved.commit(), saved.commitOffset(), saved.leaderEpoch());
    }

    /** @param following whether the log is followed, where only a bundle under way may wait */
    void add(BundleRecord record, boolean following) {
        buffer.add(record);
        hasRecords |= !following;
        if (following && buffer.isTooMuchToFollow()) {
            String text = "more than " + BundleBuffer.MAX_FOLLOWING_BYTES + " bytes wait for a commit record";
            skip(buffer.take(r -> true), SkipReason.TOO_MUCH, text);
        }
    }

    /**
     * Ends a bundle.
     *
     * @param following whether the log is followed: else a later bundle may still vouch for this one
     * @return the bundles that count from now on, in their order: none while it is doubtful or when it does not count
     */
    List<CommitPoint> commit(CommitPoint point, boolean following) {
        Commit commit = point.commit();
        latest = Math.max(latest, point.revision());
        List<BundleRecord> own = buffer.takeBundle(
                point.revision(),
                commit.getBundleId(),
                r -> skip(List.of(r), SkipReason.STRAY, "record " + r.headers().index() + " of a bundle came twice"));
        if (point.revision() <= revision()) {
            return refuse(point, own, SkipReason.REPLAYED, "revision " + point.revision() + " after " + revision());
        }
        BundleTrust.Refusal refusal = trust.refusal(point, own);
        if (refusal != null) {
            if (following) {
                return refuse(point, own, refusal.reason(), refusal.text());
            }
            doubt(point, own, refusal);
            return List.of();
        }
        int vouchedFor = vouchedFor(point);
        if (vouchedFor > 0 && mayFollow(commit, vouchedFor)) {
            forget(doubtful.subList(vouchedFor, doubtful.size()));
            skipStrays();
            doubtful.add(new Doubtful(point, own, null));
            return acceptDoubtful(doubtful.size());
        }
        if (point.revision() == revision() + 1) {
            boolean isWhole = own.size() == commit.getCount();
            RuleTable.Preview preview = table.new Preview().add(own);
            boolean agrees = preview.agrees(commit);
            if (isWhole && !agrees && agrees()) { // what is known and the whole bundle could not but agree
                String text = "bundle " + point.revision() + " has a digest that its records do not lead to";
                return refuse(point, own, SkipReason.NOT_THE_STATE, text);
            }
            if (vouchedFor == 0 || (agrees && !trust.isRequired())) {
                forget(doubtful);
                skipStrays();
                isProven &= isWhole;
                accept(point, own, preview);
                return List.of(point);
            }
        }
        doubt(point, own, null);
        return List.of();
    }

    private List<CommitPoint> refuse(CommitPoint point, List<BundleRecord> own, SkipReason reason, String text) {
        skip(own, reason, text);
        skip(point, reason, text);
        return List.of();
    }

    /** 0 when the bundle continues the last one that counts, n when it continues the nth doubtful one, else -1. */
    private int vouchedFor(CommitPoint next) {
        CommitPoint known = last;
        boolean isFirst =
                next.revision() == 1 && !next.commit().getPreviousCommitHash().hasRemaining();
        if (known == null ? isFirst : known.isContinuedBy(next)) {
            return 0;
        }
        for (int i = doubtful.size() - 1; i >= 0; i--) {
            if (doubtful.get(i).point().isContinuedBy(next)) {
                return i + 1;
            }
        }
        return -1;
    }

    /** Whether a bundle may make the first {@code count} doubtful ones count. */
    private boolean mayFollow(Commit commit, int count) {
        return doubtful.subList(0, count).stream().allMatch(each -> each.refusal() == null) || trust.mayVouch(commit);
    }

    private void doubt(CommitPoint point, List<BundleRecord> own, BundleTrust.@Nullable Refusal refusal) {
        long from = doubtful.isEmpty()
                ? revision()
                : doubtful.get(doubtful.size() - 1).point().revision();
        List<BundleRecord> orphans = buffer.take(r -> r.revision() > from && r.revision() < point.revision());
        skipStrays();
        doubtful.add(new Doubtful(
                point, Stream.concat(orphans.stream(), own.stream()).toList(), refusal));
    }

    /**
     * Lets those doubtful bundles count that the digest of the last one of them agrees with.
     *
     * @return those that count from now on
     */
    List<CommitPoint> settleByDigest() {
        RuleTable.Preview preview = table.new Preview();
        int agreeing = 0;
        for (int i = 0; i < doubtful.size(); i++) {
            Doubtful each = doubtful.get(i);
            Commit commit = each.point().commit();
            preview.add(each.records());
            if (each.refusal() == null
                    && mayFollow(commit, i)
                    && preview.agrees(commit)
                    && trust.isTable(commit, preview.sorted())) {
                agreeing = i + 1;
            }
        }
        return acceptDoubtful(agreeing);
    }

    private List<CommitPoint> acceptDoubtful(int count) {
        List<CommitPoint> accepted = new ArrayList<>();
        for (Doubtful each : List.copyOf(doubtful.subList(0, count))) {
            accept(each.point(), each.records(), table.new Preview().add(each.records()));
            accepted.add(each.point());
            isProven = false;
        }
        doubtful.subList(0, count).clear();
        return accepted;
    }

    private void accept(CommitPoint point, List<BundleRecord> records, RuleTable.Preview preview) {
        table.apply(records, preview);
        last = point;
    }

    /** The log was read from its start to its end, and nothing speaks for the doubtful bundles: they do not count. */
    void forgetDoubtful() {
        forget(doubtful);
    }

    private void forget(List<Doubtful> bundles) {
        for (Doubtful each : bundles) {
            BundleTrust.Refusal refusal = each.refusal();
            if (refusal == null) {
                String text =
                        "bundle " + each.point().revision() + " continues no other, and its digest agrees with none";
                refuse(each.point(), each.records(), SkipReason.NOT_THE_STATE, text);
            } else {
                refuse(each.point(), each.records(), refusal.reason(), refusal.text());
            }
        }
        bundles.clear();
    }

    private void skipStrays() {
        skip(buffer.take(r -> true), SkipReason.STRAY, "no commit record ends the bundle it names");
    }

    private void skip(List<BundleRecord> records, SkipReason reason, String text) {
        for (BundleRecord each : records) {
            table.shadow(each.key());
            skipped.accept(new SkippedRecord(each.key(), reason, text, each.offset()));
        }
    }

    private void skip(CommitPoint point, SkipReason reason, String text) {
        skipped.accept(new SkippedRecord(BundleHeaders.COMMIT_KEY, reason, text, point.offset()));
    }

    /** A record that is in no bundle at all took the place of this key in the eyes of compaction. */
    void shadow(String key) {
        table.shadow(key);
    }

    /** Keys whose latest record was skipped, so that their value is safe only once it is written again. */
    Set<String> shadowed() {
        return table.shadowed();
    }

    /** Forgets all that came behind the last commit that counts: reading starts again there. */
    void rewind() {
        buffer.clear();
        doubtful.clear();
        hasRecords = false;
    }

    /** Whether no record waits for a commit. */
    boolean isBetweenBundles() {
        return buffer.isEmpty();
    }

    boolean isInDoubt() {
        return !doubtful.isEmpty();
    }

    @Nullable
    CommitPoint last() {
        return last;
    }

    long revision() {
        return last == null ? 0 : last.revision();
    }

    /** As {@link #revision}, or greater when there are later bundles that do not count. */
    long latest() {
        return Math.max(latest, revision());
    }

    /** Whether the state is what its publisher saw; an empty log agrees with anything. */
    boolean agrees() {
        CommitPoint known = last;
        if (known == null) {
            return table.live().isEmpty();
        }
        if (!table.digest().matches(known.commit().getStateDigest())) {
            return false;
        }
        isProven = isProven || trust.isTable(known.commit(), table.sorted());
        return isProven;
    }

    /** Whether rules are there, and no commit record that counts: then nobody knows which of them are in force. */
    boolean lacksCommit() {
        return last == null && hasRecords;
    }

    /**
     * Why the state cannot be in force at the end of the log; null when it can.
     *
     * @param unreadable what is wrong with the latest commit record, which a newer build may have written; else null
     */
    @Nullable
    String disagreement(@Nullable String unreadable) {
        if (lacksCommit()) {
            return unreadable != null
                    ? unreadable
                    : "rules are there, and no commit record that counts: the true one was overwritten or deleted"
                            + " (weft restore)";
        }
        return agrees() ? null : "digest of revision " + revision() + " does not agree with the log";
    }

    /** The state as it would be after more records. */
    RuleTable.Preview preview() {
        return table.new Preview();
    }

    Map<String, SavedRules.Value> live() {
        return table.live();
    }

    /** This state, as it is written to disk. */
    SavedRules saved(CommitPoint point, RuleTopic.Identity log) {
        return new SavedRules(
                log.clusterId(),
                log.topicId(),
                point.leaderEpoch(),
                point.offset(),
                point.encoded(),
                System.currentTimeMillis(),
                live());
    }

    /** Value of a live key; null when there is none. */
    byte @Nullable [] raw(String key) {
        return table.raw(key);
    }

    /** Keys changed since the last call. */
    Set<String> takeUnserved() {
        return table.takeUnserved();
    }

    /** Takes the place of a fold whose state was served: what differs counts as unserved. */
    void succeed(RuleFold served) {
        table.succeed(served.table);
    }
}
