package weft.log;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
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
    private final RuleChanges changes;
    private final RuleSink sink;
    private final ReaderSettings settings;
    private final ReaderStatus status;
    private final StallWatch stall;
    private final ReconnectPause pause = new ReconnectPause();

    private RuleFold fold = new RuleFold();
    /** The state handed out, while {@link #fold} is being rebuilt beside it. */
    private @Nullable RuleFold served;

    private long servedRevision;
    private boolean live;
    private boolean topicMissing;
    private long target;
    private RuleTopic.@Nullable Identity identity;
    private @Nullable String refusedTopicId;
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
        this.changes = new RuleChanges(decoder);
        this.sink = sink;
        this.settings = settings;
        this.status = new ReaderStatus(names.rules());
        this.stall = new StallWatch(settings.stallTimeout());
    }

    /** Where the reader is; may be asked from any thread. */
    public Phase phase() {
        return status.phase();
    }

    /** For people: what the reader waits for or complains of; empty while all is well. From any thread. */
    public String detail() {
        return status.detail();
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
        fold = new RuleFold(saved, commit);
        identity = new RuleTopic.Identity(saved.clusterId(), saved.topicId());
        savedAtMillis = saved.savedAtMillis();
        servedRevision = commit.getRevision();
        // The schemas topic is not asked: a proxy without Kafka must serve at once.
        sink.update(new RuleUpdate(commit, saved.commitOffset(), changes.known(fold, saved.commitOffset())));
    }

    /** The state as handed out last, to be written to disk; null while the log is ahead of it. */
    public @Nullable SavedRules save() {
        RuleFold.CommitPoint last = fold.last();
        RuleTopic.Identity current = identity;
        boolean handedOut = last != null && served == null && fold.revision() == servedRevision && fold.agrees();
        if (!handedOut || last == null || current == null) {
            return null;
        }
        return new SavedRules(
                current.clusterId(),
                current.topicId(),
                last.leaderEpoch(),
                last.offset(),
                last.encoded(),
                System.currentTimeMillis(),
                fold.live());
    }

    /** Raw value of a live key; null when there is none. */
    byte @Nullable [] raw(String key) {
        SavedRules.Value value = fold.live().get(key);
        return value == null ? null : value.bytes();
    }

    RuleFold fold() {
        return fold;
    }

    /** Whether a broker answered that there is no such topic. */
    boolean isTopicMissing() {
        return topicMissing;
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
            for (ConsumerRecord<byte[], byte[]> each : topic.poll(timeout)) {
                if (!accept(each)) {
                    return; // a rebuild began: it will read the rest of this poll again
                }
            }
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
        fold.dropBuffer();
        target = end;
        live = false;
        if (last != null && found.equals(identity) && last.offset() < end && !settings.isTooOld(savedAtMillis)) {
            topic.seek(last.offset() + 1, last.leaderEpoch());
        } else if (last != null) {
            beginShadow(false);
        } else {
            topic.restart(false);
        }
        topicMissing = false;
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
        if (error instanceof InterruptException) {
            throw error; // the caller is being stopped; nothing is wrong with the log
        }
        pause.failed();
        topicMissing = error instanceof UnknownTopicOrPartitionException;
        String text = topicMissing ? "topic " + topic.name() + " does not exist" : String.valueOf(error.getMessage());
        status.unreachable(text);
    }

    /** Folds one record; false when it made the reader start over. */
    private boolean accept(ConsumerRecord<byte[], byte[]> record) {
        String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
        if (key.equals(BundleHeaders.COMMIT_KEY)) {
            return acceptCommit(record);
        }
        if (key.startsWith(BundleHeaders.RESERVED_PREFIX)) {
            return true;
        }
        BundleHeaders headers = BundleHeaders.of(record.headers());
        if (headers == null) {
            LOG.warn("record outside of any bundle ignored topic={} offset={}", topic.name(), record.offset());
            return true;
        }
        fold.add(key, record.value(), headers, record.offset());
        return true;
    }

    private boolean acceptCommit(ConsumerRecord<byte[], byte[]> record) {
        Commit commit;
        try {
            if (record.value() == null) {
                throw new WireException(WireException.Code.BAD_FRAME, "a commit record without a value");
            }
            commit = decoder.decode(record.value(), Commit.class);
        } catch (WireException e) {
            status.degraded("commit record at offset " + record.offset() + ": " + e.getMessage());
            return true; // the next commit this build can read takes these records along, and is checked by its digest
        }
        RuleFold.CommitPoint point = fold.commit(
                commit, record.value(), record.offset(), record.leaderEpoch().orElse(-1));
        sink.committed(commit, record.offset());
        if (!live) {
            return true;
        }
        if (!point.whole() || commit.getRevision() != servedRevision + 1) {
            aimAtEnd(); // a gap, or a bundle thinned by compaction: only the end of the log is known to be whole
            return true;
        }
        if (!fold.agrees()) {
            rebuild("digest of revision " + commit.getRevision() + " does not agree with the log");
            return false;
        }
        handOut(point, fold.takeUnserved());
        status.live();
        return true;
    }

    /** When the end of the log is reached between two bundles: hands out the state, if it is what it must be. */
    private void endCatchUp() {
        if (live || !fold.isBetweenBundles() || topic.position() < target) {
            return;
        }
        RuleFold.CommitPoint last = fold.last();
        if (!fold.agrees()) {
            String why = "digest of revision " + fold.revision() + " does not agree with the log";
            if (served == null) {
                rebuild(why);
            } else {
                status.degraded(why + ", also when read from its start");
            }
            return;
        }
        if (fold.revision() < servedRevision && !settings.acceptNewLog()) {
            refusedTopicId = identity == null ? null : identity.topicId();
        }
        if (identity != null && identity.topicId().equals(refusedTopicId)) {
            status.degraded("the log went back from revision " + servedRevision + " to " + fold.revision()
                    + ": the topic was lost or restored; if the older rules shall count, restart the proxy with"
                    + " --accept-new-log");
            return;
        }
        RuleFold before = served;
        served = null;
        if (before != null) {
            fold.succeed(before);
        }
        live = true;
        if (last != null) { // else the first bundle of the new log tells what went
            Set<String> changed = fold.takeUnserved();
            if (fold.revision() != servedRevision || !changed.isEmpty()) {
                handOut(last, changed);
            }
        }
        servedRevision = fold.revision();
        status.live();
    }

    private void handOut(RuleFold.CommitPoint point, Set<String> keys) {
        servedRevision = point.commit().getRevision();
        sink.update(new RuleUpdate(point.commit(), point.offset(), changes.of(fold, keys, point.offset())));
    }

    /** A schema that could not be looked up before may be known by now. */
    private void retryUnreadable() {
        RuleFold.CommitPoint last = fold.last();
        if (live && last != null) {
            List<RuleChange> readable = changes.retry(fold, last.offset());
            if (!readable.isEmpty()) {
                sink.update(new RuleUpdate(last.commit(), last.offset(), readable));
            }
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
        fold = new RuleFold();
        live = false;
        topic.restart(fetching);
    }

    private void checkIdentity() {
        if (nextCheckNanos - System.nanoTime() > 0) {
            return;
        }
        nextCheckNanos = System.nanoTime() + settings.jitteredCheckNanos();
        RuleTopic.Identity found = topic.identity();
        if (!found.equals(identity)) {
            identity = found;
            rebuild("the topic is not the one it was: its id is now " + found.topicId());
        } else if (topic.highWatermark() < topic.position()) {
            rebuild("the log ends before the offset that was read already");
        } else if (status.problem() != null && !found.topicId().equals(refusedTopicId)) {
            rebuild("trying again: " + status.problem());
        }
    }

    /** A log that stands still below its end is told. */
    private void watchProgress() {
        if (live) {
            return;
        }
        long position = topic.position();
        if (stall.isStalledAt(position)) {
            long end = topic.highWatermark();
            if (end < target) {
                rebuild("the log was cut from " + target + " to " + end);
            } else if (position < target) {
                status.degraded(
                        "the log stands still at offset " + position + " of " + target + ": a transaction stays open");
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
