package weft.log;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weft.log.registry.SchemaRegistry;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.Commit;

/**
 * Writes bundles of rules, one Kafka transaction each. Confined to the calling thread.
 *
 * <p>All publishers of a mesh share one transactional id: who begins fences whoever wrote before, reads the log to its
 * end, and only then decides what to write. A publisher that was fenced meanwhile starts again on top of what the other
 * wrote, so two at once lose nothing; one that died in the middle is rolled back by the next.
 */
public final class RulePublisher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RulePublisher.class);

    /** Enough for a log of ordinary length; what is left is read while leading. */
    private static final Duration READ_AHEAD = Duration.ofMillis(500);

    /** Does not look at the result, so that none has to be made: it would be a copy of every rule. */
    private static final Function<RuleState, List<Problem>> TRUSTING = state -> List.of();

    /** A leader who does not come to the end by then was fenced, and whoever did it has a transaction open. */
    private static final Duration FOREIGN_TRANSACTION = Duration.ofMillis(500);

    private final Map<String, Object> kafka;
    private final TopicNames names;
    private final WireCodec codec;
    private final String agent;
    private final Duration deadline;
    private final MeshKeys keys;
    private final InstantSource clock;
    private final RuleSchemas schemas;
    private RuleLogView view;
    private final PublishFailures failures;
    private @Nullable LogPast past;
    /** Made ahead, and not leading yet. */
    private @Nullable KafkaProducer<byte[], byte[]> ready;

    private @Nullable KafkaProducer<byte[], byte[]> producer;
    private JournalTail journal = JournalTail.EMPTY;

    private RulePublisher(
            Map<String, Object> kafka,
            TopicNames names,
            WireCodec codec,
            String agent,
            Duration deadline,
            MeshKeys keys,
            @Nullable Admin admin) {
        this.keys = keys;
        this.kafka = Map.copyOf(kafka);
        this.names = names;
        this.codec = codec;
        this.agent = agent;
        this.deadline = deadline;
        this.clock = InstantSource.system();
        this.failures = new PublishFailures(KafkaClients.bootstrapServers(kafka), deadline);
        SchemaLog log = new SchemaLog(kafka, names, codec, deadline);
        boolean isSigned = keys.signer() != null || keys.trusted().isRequired(); // and no signature covers an id
        SchemaRegistry registry = isSigned ? null : SchemaRegistry.of(kafka);
        this.schemas = new RuleSchemas(log, names, codec, this::past, registry);
        this.view = new RuleLogView(kafka, names, new RecordDecoder(codec, log), deadline, keys.trusted(), admin);
    }

    /**
     * Creates or verifies the control topics; reads nothing and fences nobody yet.
     *
     * @param agent name and version of the program, for the journal
     * @param deadline how long Kafka may keep one call waiting
     * @throws KafkaUnreachableException when no broker answers in time
     * @throws TopicMismatchException when a topic is not as it must be
     */
    public static RulePublisher open(
            Map<String, Object> kafka, TopicNames names, WireCodec codec, String agent, Duration deadline) {
        return open(kafka, names, codec, agent, deadline, MeshKeys.NONE);
    }

    /**
     * Like {@link #open(Map, TopicNames, WireCodec, String, Duration)}.
     *
     * @param keys whose bundles it builds on, and whom it signs as
     */
    public static RulePublisher open(
            Map<String, Object> kafka,
            TopicNames names,
            WireCodec codec,
            String agent,
            Duration deadline,
            MeshKeys keys) {
        Admin admin = KafkaClients.admin(kafka, deadline);
        try {
            new TopicAdmin(kafka, deadline).ensure(admin, new MeshTopics(names).control());
        } catch (RuntimeException e) {
            admin.close(Duration.ZERO);
            throw e;
        }
        return new RulePublisher(kafka, names, codec, agent, deadline, keys, admin);
    }

    /** Like {@link #open}, with topics that are known to be there. */
    static RulePublisher attach(
            Map<String, Object> kafka, TopicNames names, WireCodec codec, Duration deadline, MeshKeys keys) {
        return new RulePublisher(kafka, names, codec, "test", deadline, keys, null);
    }

    /**
     * Makes the clients and reads what is there, so that the first {@link #publish} has little left to do. Fences nobody,
     * waits for nobody's transaction, and leaves it to the calls that need an answer to say what is wrong.
     */
    public void prepare() {
        try {
            ready = RuleProducers.open(kafka, names, deadline);
            schemas.records();
            view.readAhead(READ_AHEAD);
        } catch (KafkaException | KafkaUnreachableException e) {
            LOG.debug("not prepared error={}", e.toString());
        }
    }

    /** The rules as of the last call. */
    public RuleState state() {
        return view.state();
    }

    /**
     * Versions of these resources as they were read last, for {@link BundleDraft#expecting}; none while the log has not
     * been read to its end.
     */
    public Map<RuleKey, String> versions(Collection<RuleKey> keys) {
        Map<RuleKey, String> versions = new HashMap<>();
        if (view.reader().phase() == RuleLogReader.Phase.LIVE) {
            keys.forEach(key -> versions.put(key, view.version(key)));
        }
        return versions;
    }

    /**
     * Reads the rules as they are now, as whoever is about to change them: takes the lead, so that a publisher that died
     * in a transaction keeps nobody waiting until that times out.
     *
     * @throws KafkaUnreachableException when no broker answers in time
     * @throws RuleLogException when Kafka refuses, or the log cannot be read
     */
    public RuleState refresh() {
        try {
            leadToTheEnd();
            return view.state();
        } catch (KafkaException e) {
            abandon();
            RuntimeException fatal = failures.fatal(e);
            throw fatal != null ? fatal : failures.unreachable(e);
        }
    }

    /**
     * Goes on from rules that the topic lost: the next {@link #publish} writes them all, be its draft empty.
     *
     * @throws KafkaUnreachableException when no broker answers in time
     */
    public void restore(LostRules lost) {
        readAnew();
        lost.handTo(view.reader(), kafka, names, codec, deadline);
    }

    /** For people: why the last bundle was not written with ids of the schema registry; empty when it was, or needed none. */
    public List<String> notices() {
        return schemas.notices();
    }

    /** Publishes without a look at the result; for callers that have compiled it themselves. */
    public PublishResult publish(BundleDraft draft) {
        return publish(draft, TRUSTING);
    }

    /**
     * Publishes a draft as one bundle, or nothing when all of it is in place already.
     *
     * @param validator compiles the rules as they would be; any problem keeps the bundle off the log
     * @throws InvalidBundleException when the validator found problems; nothing was written
     * @throws ConflictException when a resource is not as the draft expects it; nothing was written
     * @throws KafkaUnreachableException when no broker answered in time; nothing was written, or the message says that
     *     this is not known
     * @throws RuleLogException when Kafka refuses the bundle or the log cannot be read; nothing was written
     */
    public PublishResult publish(BundleDraft draft, Function<RuleState, List<Problem>> validator) {
        if (keys.trusted().isRequired() && keys.signer() == null) {
            throw new RuleLogException(
                    "the rules of this mesh are signed, and readers skip what is not: give --signing-key");
        }
        long giveUpNanos = System.nanoTime() + deadline.toNanos();
        String bundleId = UUID.randomUUID().toString();
        PublishBackoff backoff = new PublishBackoff();
        BundlePlan attempted = null;
        while (true) {
            try {
                leadToTheEnd();
                RuleLogView.Seen mine = view.seen(bundleId);
                if (mine != null && attempted != null) { // an attempt whose acknowledgement was lost had gone through
                    return new PublishResult(
                            mine.revision(), mine.commitOffset(), bundleId, attempted.resources(), System.nanoTime());
                }
                schemas.identify(draft);
                BundlePlan plan = plan(draft, validator);
                if (plan.writes().isEmpty()) {
                    return new PublishResult(
                            view.revision(), view.commitOffset(), "", plan.resources(), System.nanoTime());
                }
                schemas.publish(draft);
                attempted = plan;
                return write(draft, plan, bundleId);
            } catch (KafkaException | KafkaUnreachableException e) {
                RuntimeException fatal = failures.fatal(e);
                if (fatal != null) {
                    rollBack();
                    throw fatal;
                }
                abandon(); // whoever leads next, and be it this publisher, rolls back what is open
                if (giveUpNanos - System.nanoTime() <= 0) {
                    throw attempted != null ? failures.unknownOutcome(e, bundleId) : failures.unreachable(e);
                }
                LOG.debug("bundle is tried again bundle={} error={}", bundleId, e.toString());
                if (e instanceof LogEnds.OvertakenException) {
                    readAnew();
                }
                backoff.pause();
            }
        }
    }

    private BundlePlan plan(BundleDraft draft, Function<RuleState, List<Problem>> validator) {
        BundlePlan plan = BundlePlan.of(draft, view, view.reader().fold()::raw, codec, clock);
        if (!plan.writes().isEmpty()) {
            List<Problem> problems = new ArrayList<>();
            if (validator != TRUSTING) {
                problems.addAll(validator.apply(plan.result(view.state())));
            }
            draft.upserts().stream().map(Rule::of).forEach(rule -> {
                String refusal = keys.trusted().ownership().refusal(rule);
                if (refusal != null) {
                    problems.add(new Problem(rule.key(), "not_owner", refusal));
                }
            });
            plan.writes().forEach(write -> {
                String refusal = keys.refusal(write.key());
                if (refusal != null) {
                    problems.add(new Problem(write.key(), "not_owner", refusal));
                }
            });
            if (!problems.isEmpty()) {
                throw new InvalidBundleException(problems);
            }
        }
        Set<String> mine = new HashSet<>(view.reader().fold().shadowed());
        mine.removeIf(key -> keys.refusal(RuleKey.parse(key)) != null);
        return plan.mending(mine, view.reader().fold()::raw);
    }

    private LogPast past() {
        LogPast current = past;
        if (current == null) {
            current = new LogPast(kafka, deadline);
            past = current;
        }
        return current;
    }

    /** The lead comes before reading: what is read without it may be out of date when it is written. */
    private void leadToTheEnd() {
        if (producer == null) {
            lead();
        }
        if (!view.tryCatchUp(FOREIGN_TRANSACTION)) {
            abandon();
            lead();
            view.catchUp(deadline);
        }
        journal.requireOn(names, view.reader().fold().latest());
    }

    /** Fences every other publisher, and with it rolls back what one that died left open. */
    private void lead() {
        KafkaProducer<byte[], byte[]> next = ready == null ? RuleProducers.open(kafka, names, deadline) : ready;
        ready = null;
        producer = next;
        next.initTransactions();
        journal = JournalTail.read(past(), names.journal(), codec);
        view.unused(journal.isEmpty());
    }

    /** By clients that know no broker yet: those there are were told something old. */
    private void readAnew() {
        closeReaders();
        SchemaLog log = new SchemaLog(kafka, names, codec, deadline);
        view = new RuleLogView(kafka, names, new RecordDecoder(codec, log), deadline, keys.trusted());
    }

    private void closeReaders() {
        view.close();
        LogPast reading = past;
        past = null;
        if (reading != null) {
            reading.close();
        }
    }

    private PublishResult write(BundleDraft draft, BundlePlan plan, String bundleId) {
        KafkaProducer<byte[], byte[]> leading = producer;
        if (leading == null) {
            throw new IllegalStateException("only a leader writes");
        }
        long revision = view.revision() + 1;
        long now = clock.millis();
        JournalEntries.Heading heading = new JournalEntries.Heading(revision, bundleId, draft, now, agent);
        List<byte[]> told = JournalEntries.of(heading, plan.writes(), journal.hash(), codec);
        byte[] journalEnd = StateDigest.sha256().digest(told.get(told.size() - 1));
        List<BundleRecord> records = plan.records(revision, bundleId);
        Commit commit = CommitRecords.of(
                view.reader().fold(), records, heading, journalEnd, keys.signer(), names.rules(), codec);

        LogEnds ends = new LogEnds(view.reader().position(), journal.next());
        leading.beginTransaction();
        int count = records.size();
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        records.forEach(each ->
                sent.add(leading.send(RuleProducers.record(names.rules(), each.key(), each.value(), each.headers()))));
        BundleHeaders ending = new BundleHeaders(revision, count, count, bundleId);
        sent.add(leading.send(
                RuleProducers.record(names.rules(), BundleHeaders.COMMIT_KEY, codec.encode(commit), ending)));
        List<Future<RecordMetadata>> entries = new ArrayList<>();
        for (int i = 0; i < told.size(); i++) {
            BundleHeaders headers = new BundleHeaders(revision, told.size(), i, bundleId);
            entries.add(
                    leading.send(RuleProducers.record(names.journal(), Long.toString(revision), told.get(i), headers)));
        }
        ends.requireNothingBetween(sent.get(0), entries.get(0));
        leading.commitTransaction();
        long ackNanos = System.nanoTime();
        journal = new JournalTail(journalEnd, RuleProducers.offset(entries.get(entries.size() - 1)) + 1, revision);
        long commitOffset = RuleProducers.offset(sent.get(count));
        return new PublishResult(revision, commitOffset, bundleId, plan.resources(), ackNanos);
    }

    private void rollBack() {
        KafkaProducer<byte[], byte[]> current = producer;
        if (current != null) {
            try {
                current.abortTransaction();
            } catch (KafkaException | IllegalStateException e) {
                LOG.debug("nothing to roll back error={}", e.toString());
            }
        }
        abandon();
    }

    private void abandon() {
        KafkaProducer<byte[], byte[]> old = producer;
        producer = null;
        if (old != null) {
            old.close(Duration.ZERO);
        }
    }

    @Override
    public void close() {
        abandon();
        KafkaProducer<byte[], byte[]> unused = ready;
        ready = null;
        if (unused != null) {
            unused.close(Duration.ZERO);
        }
        closeReaders();
    }
}
