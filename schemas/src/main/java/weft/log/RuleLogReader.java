package weft.log;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weft.schema.Commit;

/**
 * Reads the rules topic and hands out whole bundles only. Confined to the thread that polls it, but for {@link #wakeup}.
 *
 * <p>It first reads to where the log ended when it began (catching up), then follows. While it follows, a bundle that is
 * not the next revision, or that compaction has thinned, sends it back to catching up; a state whose digest is not the
 * publisher's is never handed out, but read anew from the start. Nothing that Kafka does makes {@link #poll} throw: what
 * is wrong is told by {@link #phase} and {@link #detail}, and it goes on trying.
 */
public final class RuleLogReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RuleLogReader.class);
    /** Where a reader is. */
    public enum Phase {
        /** No broker has answered yet, or the topic does not exist. */
        CONNECTING,
        /** Reading towards the end of the log; nothing newer than what was handed out may be served. */
        CATCHING_UP,
        /** Every bundle of the log has been handed out. */
        LIVE,
        /** The log cannot be trusted or reached; the last good state counts on. */
        DEGRADED
    }

    private final RuleTopic topic;
    private final RecordDecoder decoder;
    private final BundleIntake intake;
    private final SkippedRecords skipped;
    private final BundleTrust trust;
    private final RuleChanges changes;
    private final RuleSink sink;
    private final ReaderSettings settings;
    private final ReaderStatus status;
    private final StallWatch stall;
    private final ReconnectPause pause = new ReconnectPause();
    private final RefusedLog refused;

    private RuleFold fold;
    /** The state handed out, while {@link #fold} is being rebuilt beside it. */
    private @Nullable RuleFold served;

    private long servedRevision;
    private boolean live;
    private long target;
    private RuleTopic.@Nullable Identity identity;
    private long savedAtMillis = -1;
    private long nextCheckNanos;

    public RuleLogReader(
            Map<String, Object> kafka,
            TopicNames names,
            RecordDecoder decoder,
            RuleSink sink,
            ReaderSettings settings) {
        this(kafka, names, decoder, sink, settings, null);
    }

    /** @param admin a client that is open already, to be closed with this; null to open one when it is needed */
    RuleLogReader(
            Map<String, Object> kafka,
            TopicNames names,
            RecordDecoder decoder,
            RuleSink sink,
            ReaderSettings settings,
            @Nullable Admin admin) {
        this.topic = new RuleTopic(kafka, names.rules(), settings.requestTimeout(), settings.maxPollRecords(), admin);
        this.decoder = decoder;
        this.skipped = new SkippedRecords(names.rules());
        this.intake = new BundleIntake(decoder, skipped::add);
        this.trust = new BundleTrust(settings.trusted(), names.rules(), decoder.codec());
        this.fold = new RuleFold(trust, skipped::add);
        this.changes = new RuleChanges(decoder, settings.trusted().isRequired());
        this.sink = sink;
        this.settings = settings;
        this.status = new ReaderStatus(names.rules(), kafka);
        this.refused = new RefusedLog(settings.acceptNewLog());
        this.stall = new StallWatch(settings.stallTimeout());
    }

    /** Where the reader is, asked from any thread. */
    public Phase phase() {
        return status.phase();
    }

    /** For people: what the reader waits for or complains of, from any thread; empty while all is well. */
    public String detail() {
        return status.detail();
    }

    /** Which records did not count, and why; may be asked from any thread. */
    public SkipTally skipped() {
        return skipped.tally();
    }

    /** Revision of the last bundle handed out; 0 before the first. */
    public long revision() {
        return servedRevision;
    }

    /**
     * Hands out a saved state at once and reads on from there, if the log still allows it. Before the first poll only.
     *
     * @throws WireException when the saved commit cannot be read; nothing was handed out then
     */
    public void resume(SavedRules saved) throws WireException {
        Commit commit = decoder.codec().decode(saved.commit(), Commit.class);
        fold = new RuleFold(saved, commit, trust, skipped::add);
        identity = new RuleTopic.Identity(saved.clusterId(), saved.topicId());
        savedAtMillis = saved.savedAtMillis();
        servedRevision = commit.getRevision();
        refused.served(fold.last());
        // The schemas topic is not asked: a proxy without Kafka must serve at once.
        sink.update(new RuleUpdate(commit, saved.commitOffset(), changes.known(fold, saved.commitOffset())));
    }

    /** The state as handed out last, to be written to disk; null while the log is ahead of it. */
    public @Nullable SavedRules save() {
        RuleFold.CommitPoint last = fold.last();
        RuleTopic.Identity current = identity;
        boolean ahead = served != null || fold.revision() != servedRevision || !fold.agrees();
        return ahead || last == null || current == null ? null : fold.saved(last, current);
    }

    /** Next offset to read; only while the topic is read. */
    long position() {
        return topic.position();
    }

    RuleFold fold() {
        return fold;
    }

    /** Why there is no connection; null while there is one, or none was tried. */
    @Nullable
    RuntimeException failure() {
        return status.failure();
    }

    /** Ends a poll under way; may be called from any thread. */
    public void wakeup() {
        pause.wakeup();
        topic.wakeup();
    }

    /** Reads for at most about {@code timeout}, handing out what became whole; {@link InterruptException} ends it. */
    public void poll(Duration timeout) {
        try {
            if (topic.isOpen() || connect(timeout)) {
                follow(timeout);
            }
        } catch (KafkaException | KafkaUnreachableException e) {
            disconnect(e);
        }
    }

    private void follow(Duration timeout) {
        try {
            checkIdentity();
            endCatchUp();
            topic.poll(timeout).forEach(this::accept);
            endCatchUp();
            watchProgress();
            retryUnreadable();
        } catch (InvalidOffsetException e) {
            rebuild("the log no longer has the offset to read from: " + e.getMessage());
        }
    }

    private boolean connect(Duration timeout) {
        if (!pause.await(timeout.toNanos())) {
            return false;
        }
        RuleTopic.Identity found = topic.identity();
        long end = topic.highWatermark();
        topic.open();
        RuleFold.CommitPoint last = fold.last();
        fold.rewind();
        intake.restart();
        target = end;
        live = false;
        boolean isSameLog = found.equals(identity) && !refused.isRefused(found);
        if (last != null && isSameLog && last.offset() < end && !settings.isTooOld(savedAtMillis)) {
            topic.seek(last.offset() + 1, last.leaderEpoch());
        } else if (last != null) {
            beginShadow(false);
        } else {
            topic.restart(false);
        }
        savedAtMillis = -1;
        identity = found;
        pause.succeeded();
        nextCheckNanos = System.nanoTime() + settings.jitteredCheckNanos();
        stall.progressed();
        status.catchingUp(target);
        return true;
    }

    private void disconnect(RuntimeException error) {
        topic.disconnect();
        live = false;
        savedAtMillis = savedAtMillis < 0 ? System.currentTimeMillis() : savedAtMillis; // ages as if it were saved
        if (error instanceof InterruptException) {
            throw error; // the caller is being stopped; nothing is wrong with the log
        }
        if (status.disconnected(error)) {
            pause.refused();
        } else {
            pause.failed();
        }
    }

    private void accept(ConsumerRecord<byte[], byte[]> record) {
        List<RuleFold.CommitPoint> counting = intake.take(record, fold, live);
        counting.forEach(this::count);
        if (!live) {
            return;
        }
        if (fold.isInDoubt() || !fold.agrees()) {
            aimAtEnd(); // a gap, or a bundle thinned by compaction: only the end of the log is known to be whole
        } else {
            if (!counting.isEmpty()) {
                handOut(counting.get(counting.size() - 1), fold.takeUnserved());
            }
            tellLive();
        }
    }

    private void count(RuleFold.CommitPoint point) {
        refused.read(point);
        sink.committed(point.commit(), point.offset());
    }

    private void tellLive() {
        String unreadable = intake.unreadable();
        if (unreadable == null) {
            status.live();
        } else {
            status.degraded(unreadable);
        }
    }

    /** When the end of the log is reached: hands out the state, if it is what it must be. */
    private void endCatchUp() {
        if (live || topic.position() < target) {
            return;
        }
        if (!fold.isBetweenBundles()) { // their commit is still to come, unless there is nothing more to come
            target = topic.highWatermark();
            if (topic.position() < target) {
                return;
            }
        }
        if (fold.isInDoubt()) {
            fold.settleByDigest().forEach(this::count);
        }
        String why = fold.disagreement(intake.unreadable());
        if ((fold.isInDoubt() || why != null) && topic.highWatermark() > topic.position()) {
            aimAtEnd(); // compaction may have taken what is missing for the sake of what came meanwhile
            return;
        }
        if (fold.isInDoubt()) {
            if (served == null) {
                rebuild("bundles are missing behind revision " + fold.revision());
                return;
            }
            fold.forgetDoubtful();
        }
        RuleFold.CommitPoint last = fold.last();
        if (why != null) {
            if (served == null) {
                rebuild(why);
            } else {
                status.degraded(why + ", also when read from its start");
            }
            return;
        }
        if (identity != null && refused.refuses(identity, fold.revision())) {
            status.degraded(refused.complaint(fold.revision()));
            return;
        }
        if (served != null) {
            fold.succeed(served);
        }
        served = null;
        live = true;
        if (last != null) { // else the first bundle of the new log tells what went
            Set<String> changed = fold.takeUnserved();
            if (fold.revision() != servedRevision || !changed.isEmpty()) {
                handOut(last, changed);
            }
        }
        servedRevision = fold.revision();
        refused.served(last);
        tellLive();
    }

    private void handOut(RuleFold.CommitPoint point, Set<String> keys) {
        servedRevision = point.revision();
        refused.served(point);
        sink.update(new RuleUpdate(point.commit(), point.offset(), changes.of(fold, keys, point.offset())));
    }

    /** A schema that could not be looked up before may be known by now. */
    private void retryUnreadable() {
        RuleFold.CommitPoint last = fold.last();
        List<RuleChange> readable = live && last != null ? changes.retry(fold, last.offset()) : List.of();
        if (last != null && !readable.isEmpty()) {
            sink.update(new RuleUpdate(last.commit(), last.offset(), readable));
        }
    }

    private void rebuild(String why) {
        LOG.warn("rules are read anew topic={} error={}", topic.name(), why);
        beginShadow(true);
        aimAtEnd();
    }

    private void aimAtEnd() {
        target = topic.highWatermark();
        live = false;
        stall.progressed();
        status.catchingUp(target);
    }

    private void beginShadow(boolean fetching) {
        if (served == null) {
            served = fold;
        }
        fold = new RuleFold(trust, skipped::add);
        intake.restart();
        live = false;
        topic.restart(fetching);
    }

    private void checkIdentity() {
        if (nextCheckNanos - System.nanoTime() > 0) {
            return;
        }
        nextCheckNanos = System.nanoTime() + settings.jitteredCheckNanos();
        RuleTopic.Identity found = topic.identity();
        long end = topic.highWatermark();
        if (!found.equals(identity)) {
            identity = found;
            skipped.newTopic();
            rebuild("the topic is not the one it was: its id is now " + found.topicId());
        } else if (end < topic.position()) {
            rebuild("the log ends before the offset that was read already");
        } else if (status.problem() != null && !refused.isRefused(found)) {
            rebuild("trying again: " + status.problem());
        } else if (live && end > topic.position()) {
            aimAtEnd(); // a bundle under way, unless a transaction stays open: then it is told
        }
    }

    /** A log that stands still below its end is told. */
    private void watchProgress() {
        long position = live ? -1 : topic.position();
        if (!live && stall.isStalledAt(position)) {
            long end = topic.highWatermark();
            if (end < target) {
                rebuild("the log was cut from " + target + " to " + end);
            } else if (position < target) {
                String where = "offset " + position + " of " + target;
                status.degraded("the log stands still at " + where + ": a transaction stays open");
            }
        }
    }

    /** Captures the end of the log anew, so that {@link Phase#LIVE} is reached only behind it. */
    void refresh() {
        if (topic.isOpen()) {
            try {
                aimAtEnd();
            } catch (KafkaException | KafkaUnreachableException e) {
                disconnect(e);
            }
        }
    }

    @Override
    public void close() {
        topic.close();
    }
}
