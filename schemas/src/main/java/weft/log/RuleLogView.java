package weft.log;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.Commit;

/** The rules as of now, for programs that ask once in a while. Confined to the calling thread. */
public final class RuleLogView implements CurrentRules, AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);
    /** Bundles whose going by is remembered: enough to find one's own after a lost acknowledgement. */
    private static final int SEEN_CAPACITY = 4096;

    private final Map<String, Object> kafka;
    private final RuleLogReader reader;
    private final Map<RuleKey, Rule> rules = new HashMap<>();
    private final Map<String, RuleChange.Unreadable> unreadable = new HashMap<>();
    private final LinkedHashMap<String, Seen> seen = new LinkedHashMap<>();
    private long revision;
    private long commitOffset = -1;
    private boolean isUnused;
    /** Null when the rules changed since it was made: copying very many for each bundle would be slow. */
    private @Nullable RuleState state = RuleState.EMPTY;

    /** A bundle that went by. */
    record Seen(long revision, long commitOffset) {}

    public RuleLogView(Map<String, Object> kafka, TopicNames names, RecordDecoder decoder, Duration requestTimeout) {
        this(kafka, names, decoder, requestTimeout, TrustedKeys.NONE, null);
    }

    /** @param trusted keys whose bundles count */
    public RuleLogView(
            Map<String, Object> kafka,
            TopicNames names,
            RecordDecoder decoder,
            Duration requestTimeout,
            TrustedKeys trusted) {
        this(kafka, names, decoder, requestTimeout, trusted, null);
    }

    /** @param admin a client that is open already, to be closed with this; null to open one when it is needed */
    RuleLogView(
            Map<String, Object> kafka,
            TopicNames names,
            RecordDecoder decoder,
            Duration requestTimeout,
            TrustedKeys trusted,
            @Nullable Admin admin) {
        ReaderSettings base = ReaderSettings.DEFAULT;
        this.kafka = Map.copyOf(kafka);
        this.reader = new RuleLogReader(
                kafka,
                names,
                decoder,
                new Sink(),
                base.withTimeouts(requestTimeout, base.stallTimeout(), base.checkInterval())
                        .withTrusted(trusted),
                admin);
    }

    private final class Sink implements RuleSink {
        @Override
        public void update(RuleUpdate update) {
            update.changes().forEach(RuleLogView.this::apply);
            revision = update.revision();
            commitOffset = update.commitOffset();
            state = null;
        }

        @Override
        public void committed(Commit commit, long offset) {
            remember(commit.getBundleId(), new Seen(commit.getRevision(), offset));
        }
    }

    private void apply(RuleChange change) {
        if (change instanceof RuleChange.Put put) {
            rules.put(put.rule().key(), put.rule());
            unreadable.remove(put.key());
        } else if (change instanceof RuleChange.Removed removed) {
            rules.remove(removed.ruleKey());
            unreadable.remove(removed.key());
        } else if (change instanceof RuleChange.Unreadable bad) {
            rules.keySet().removeIf(key -> key.toString().equals(bad.key()));
            unreadable.put(bad.key(), bad);
        }
    }

    private void remember(String bundleId, Seen bundle) {
        seen.put(bundleId, bundle);
        if (seen.size() > SEEN_CAPACITY) {
            seen.remove(seen.keySet().iterator().next());
        }
    }

    /**
     * Reads to the end of the log.
     *
     * @throws KafkaUnreachableException when no broker answers within {@code timeout}
     * @throws RuleLogException when the log cannot be read: no topic, damage, a transaction that stays open
     */
    public RuleState refresh(Duration timeout) {
        catchUp(timeout);
        return state();
    }

    /** As {@link #refresh}, for whoever asks for few of the rules. */
    void catchUp(Duration timeout) {
        if (!tryCatchUp(timeout)) {
            throw late(timeout);
        }
    }

    /** As {@link #catchUp}; false when the end is not reached in time, be it that somebody's transaction is under way. */
    boolean tryCatchUp(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        reader.refresh();
        reader.poll(Duration.ZERO);
        while (reader.phase() != RuleLogReader.Phase.LIVE) {
            RuntimeException failure = reader.failure();
            if (failure != null && Denial.of(failure) != null) {
                throw new RuleLogException(reader.detail(), failure);
            }
            if (isUnused
                    && reader.phase() == RuleLogReader.Phase.DEGRADED
                    && reader.fold().lacksCommit()) {
                return true;
            }
            if (failure instanceof UnknownTopicOrPartitionException || reader.phase() == RuleLogReader.Phase.DEGRADED) {
                throw new RuleLogException(reader.detail());
            }
            if (deadline - System.nanoTime() <= 0) {
                return false;
            }
            reader.poll(POLL);
        }
        return true;
    }

    /**
     * To be told before reading.
     *
     * @param is whether nothing was ever published here: what lies in the log without a commit record is no rule then
     */
    void unused(boolean is) {
        isUnused = is;
    }

    /** Reads what is there, for at most {@code wait}: less is left for {@link #refresh}, which also tells what is wrong. */
    void readAhead(Duration wait) {
        long deadline = System.nanoTime() + wait.toNanos();
        do {
            reader.poll(POLL);
        } while (reader.phase() == RuleLogReader.Phase.CATCHING_UP && deadline - System.nanoTime() > 0);
    }

    private RuntimeException late(Duration timeout) {
        if (reader.phase() == RuleLogReader.Phase.CONNECTING) {
            return new KafkaUnreachableException(
                    KafkaClients.bootstrapServers(kafka), timeout, new TimeoutException(reader.detail()));
        }
        return new RuleLogException("the rules topic could not be read to its end within "
                + KafkaClients.seconds(timeout) + ": " + reader.detail());
    }

    /** The state as of the last refresh. */
    public RuleState state() {
        RuleState current = state;
        if (current == null) {
            current = new RuleState(revision, commitOffset, rules, unreadable);
            state = current;
        }
        return current;
    }

    @Override
    public long revision() {
        return revision;
    }

    /** Offset of the last commit record; -1 when there is none. */
    long commitOffset() {
        return commitOffset;
    }

    @Override
    public @Nullable Rule get(RuleKey key) {
        return rules.get(key);
    }

    @Override
    public RuleChange.@Nullable Unreadable unreadable(RuleKey key) {
        return unreadable.get(key.toString());
    }

    /** {@link RuleVersion} of a resource as of the last refresh. */
    public String version(RuleKey key) {
        return RuleVersion.of(reader.fold().raw(key.toString()));
    }

    /** The commit record of the last bundle as of the last refresh; null when there is none. */
    public @Nullable Commit lastCommit() {
        RuleFold.CommitPoint last = reader.fold().last();
        return last == null ? null : last.commit();
    }

    /** The bundle with this id, if it went by. */
    @Nullable
    Seen seen(String bundleId) {
        return seen.get(bundleId);
    }

    RuleLogReader reader() {
        return reader;
    }

    @Override
    public void close() {
        reader.close();
    }
}
