package weft.proxy.control;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weft.log.ReaderSettings;
import weft.log.RecordDecoder;
import weft.log.RuleLogReader;
import weft.log.RuleSink;
import weft.log.RuleUpdate;
import weft.log.SavedRules;
import weft.log.SchemaNotes;
import weft.log.SkipTally;
import weft.log.TopicNames;
import weft.log.WireCodec;
import weft.log.WireException;
import weft.proxy.telemetry.MetricSource;
import weft.routing.registry.RegisteredWorkload;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleRejection;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.Commit;
import weft.schema.Rejection;
import weft.schema.Verdict;

/**
 * The thread "rule-loader": reads whole bundles, compiles them, brings them into service and says so. {@link #state} and
 * {@link #collect} may be asked from any thread; all else happens on the loader's own.
 *
 * <p>It never ends because of Kafka or of a rule. What came together in one poll is compiled together.
 */
final class RuleLoader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RuleLoader.class);

    private static final Duration POLL = Duration.ofSeconds(1);
    /** A stopping loader ends its poll at once; only a question to a broker may take longer, and is then cut off. */
    private static final long STOP_MILLIS = 1_000;

    private final WireCodec codec;
    private final SnapshotApplier applier;
    private final EffectiveRules rules;
    private final Consumer<ControlState> listener;
    private final InstantSource clock;
    private final RuleLogReader reader;
    private final @Nullable LocalSnapshot local;
    private final @Nullable SnapshotWriter writer;
    private final RuleMetrics metrics = new RuleMetrics();
    private final Thread thread = new Thread(this::run, "rule-loader");
    private volatile boolean closing;
    private volatile ControlState state = ControlState.STARTING;

    private ProxySnapshot serving;
    private @Nullable RuleUpdate pending;
    private long pendingSinceNanos;
    /* Written by whoever follows the workloads; taken by the loader, once each. */
    private final AtomicReference<@Nullable RegisteredWorkloads> workloads = new AtomicReference<>();
    private final SaveSchedule saves = new SaveSchedule();

    RuleLoader(
            Map<String, Object> kafka,
            TopicNames names,
            RecordDecoder decoder,
            ReaderSettings settings,
            @Nullable Path dataDirectory,
            ProxySnapshot initial,
            Compile compile,
            SnapshotApplier applier,
            Consumer<ControlState> listener,
            InstantSource clock) {
        this.codec = decoder.codec();
        this.applier = applier;
        this.rules = new EffectiveRules(compile, settings.trusted().ownership());
        this.listener = listener;
        this.clock = clock;
        this.serving = initial;
        this.local = dataDirectory == null ? null : new LocalSnapshot(dataDirectory);
        this.writer = local == null ? null : new SnapshotWriter(local::write);
        this.reader = new RuleLogReader(kafka, names, decoder, new Received(), settings);
        thread.setDaemon(true);
    }

    void start() {
        if (writer != null) {
            writer.start();
        }
        thread.start();
    }

    /** Who has registered now; served soon. */
    void workloads(RegisteredWorkloads registered) {
        workloads.set(registered);
        reader.wakeup();
    }

    /** What is served now. */
    ControlState state() {
        return state;
    }

    /** Tells metrics of the rules, on any thread. */
    void collect(MetricSource.Output out) {
        metrics.collect(out, state, reader.phase());
    }

    private void run() {
        try {
            follow();
            takeSaved();
            save();
        } catch (RuntimeException e) {
            LOG.error("rules are not followed any more, the last good ones stay in service error={}", e.toString(), e);
            tell(state.with(Verdict.DEGRADED, "the rule loader failed: " + e));
        } finally {
            reader.close();
        }
    }

    private void follow() {
        try {
            serveLocal();
            while (!closing) {
                reader.poll(POLL);
                takeWorkloads();
                serve();
                tellPhase();
                tellSkipped();
                takeSaved();
                if (saves.isDue(System.nanoTime())) {
                    save();
                }
            }
        } catch (InterruptedException | InterruptException e) {
            LOG.debug("interrupted while stopping");
        }
    }

    /** Notes when the work on a bundle began: its values are decoded between the two calls. */
    private final class Received implements RuleSink {
        private long commitNanos;
        private boolean isCommitSeen;

        @Override
        public void committed(Commit commit, long offset) {
            commitNanos = System.nanoTime();
            isCommitSeen = true;
        }

        @Override
        public void update(RuleUpdate update) {
            if (pending == null) {
                pendingSinceNanos = isCommitSeen ? commitNanos : System.nanoTime();
            }
            isCommitSeen = false;
            rules.update(update);
            pending = update;
        }
    }

    /** Draining ones are told apart at once; those that came or went are served now, or with the bundle that waits. */
    private void takeWorkloads() throws InterruptedException {
        RegisteredWorkloads registered = workloads.getAndSet(null);
        if (registered == null) {
            return;
        }
        applier.draining(registered.draining());
        boolean isSame = registered.rules().equals(rules.workloads());
        rules.workloads(registered.rules());
        if (isSame || pending != null || state.verdict() == Verdict.STARTING) {
            return;
        }
        try {
            ProxySnapshot compiled = rules.compile(serving).compiled();
            applier.apply(compiled);
            serving = compiled;
            saves.changed(System.nanoTime());
        } catch (RuntimeException e) {
            LOG.error("workloads could not be brought into service error={}", e.toString(), e);
        }
    }

    private void serve() throws InterruptedException {
        RuleUpdate update = pending;
        if (update == null) {
            return;
        }
        pending = null;
        List<Rejection> rejections = bringIntoService(update);
        long nanos = System.nanoTime() - pendingSinceNanos;
        metrics.applied(nanos);
        for (Rejection each : rejections) {
            LOG.warn("rule rejected rule={} code={} error={}", each.getKey(), each.getCode(), each.getText());
        }
        byte[] digest = new byte[update.commit().getStateDigest().remaining()];
        update.commit().getStateDigest().duplicate().get(digest);
        saves.changed(System.nanoTime());
        tell(new ControlState(
                verdict(rejections),
                update.revision(),
                update.commitOffset(),
                HexFormat.of().formatHex(digest),
                serving.tableHash(),
                rejections,
                reader.skipped(),
                TimeUnit.NANOSECONDS.toMicros(nanos),
                clock.millis(),
                reader.detail()));
    }

    /** What could not be; when nothing of the bundle could, the snapshot before it stays in service. */
    private List<Rejection> bringIntoService(RuleUpdate update) throws InterruptedException {
        try {
            EffectiveRules.Outcome outcome = rules.compile(serving);
            List<Rejection> rejections = new ArrayList<>(outcome.rejections());
            for (RuleRejection each : applier.apply(outcome.compiled())) {
                rejections.add(rules.rejection(each));
            }
            serving = outcome.compiled();
            return rejections;
        } catch (RuntimeException e) {
            LOG.error(
                    "bundle could not be brought into service bundle={} error={}", update.revision(), e.toString(), e);
            return List.of(new Rejection("", "apply_failed", e.toString(), update.commitOffset()));
        }
    }

    private Verdict verdict(List<Rejection> rejections) {
        return switch (reader.phase()) {
            case LIVE -> rejections.isEmpty() ? Verdict.ACK : Verdict.NACK;
            case DEGRADED -> Verdict.DEGRADED;
            case CONNECTING, CATCHING_UP ->
                state.verdict() == Verdict.STARTING || state.verdict() == Verdict.WARM
                        ? Verdict.WARM // served from disk so far
                        : rejections.isEmpty() ? Verdict.ACK : Verdict.NACK;
        };
    }

    /** Reaching the end of the log, or losing trust in it, is news without any bundle. */
    private void tellPhase() {
        ControlState current = state;
        boolean waits =
                reader.phase() == RuleLogReader.Phase.CONNECTING || reader.phase() == RuleLogReader.Phase.CATCHING_UP;
        boolean keeps = current.verdict() == Verdict.STARTING || current.verdict() == Verdict.DEGRADED;
        Verdict verdict = waits && keeps ? current.verdict() : verdict(current.rejections());
        if (verdict != current.verdict()) {
            tell(current.with(verdict, reader.detail()));
        } else if (!reader.detail().equals(current.detail())) {
            state = current.with(verdict, reader.detail()); // for the admin endpoint alone
        }
    }

    private void tellSkipped() {
        SkipTally skipped = reader.skipped();
        if (!skipped.equals(state.skipped())) {
            tell(state.with(skipped));
        }
    }

    private void tell(ControlState next) {
        state = next;
        listener.accept(next);
    }

    private void serveLocal() throws InterruptedException {
        if (local == null) {
            return;
        }
        String problem = local.problem();
        if (!problem.isEmpty()) {
            LOG.warn("rules cannot be kept on disk, a restart without Kafka would serve nothing error={}", problem);
        }
        LocalSnapshot.Content content = local.load();
        if (content == null) {
            return;
        }
        try {
            SchemaNotes.teach(content.schemas(), codec);
            Map<RuleKey, Rule> lastGood = new HashMap<>();
            Map<RuleKey, Rule> registered = new HashMap<>();
            for (Map.Entry<String, byte[]> entry : content.lastGood().entrySet()) {
                Rule good = Rule.of(codec.decode(entry.getValue()));
                RuleKey key = RuleKey.parse(entry.getKey());
                if (RegisteredWorkload.isOne(key)) {
                    registered.put(key, new Rule(key, good.metadata(), good.resource()));
                } else {
                    lastGood.put(good.key(), good);
                }
            }
            rules.restore(lastGood);
            rules.workloads(registered);
            serving = withRules(serving, lastGood);
            reader.resume(content.saved());
            serve();
            saves.saved();
            LOG.info("rules served from disk bundle={} offset={}", state.revision(), state.commitOffset());
        } catch (WireException | IllegalArgumentException e) {
            LOG.warn("snapshot is not usable error={}", e.toString());
        }
    }

    /** Nothing is served yet, but these are the versions to fall back on. */
    private static ProxySnapshot withRules(ProxySnapshot empty, Map<RuleKey, Rule> lastGood) {
        return new ProxySnapshot(
                empty.position(),
                empty.identity(),
                empty.listeners(),
                empty.clusters(),
                empty.rejections(),
                empty.tableHash(),
                lastGood,
                empty.notices(),
                empty.rateLimits());
    }

    /** Hands what is in service to the writer. */
    private void save() {
        SavedRules saved = saves.isUnsaved() && writer != null ? reader.save() : null;
        if (saved == null || writer == null) {
            return;
        }
        Map<String, byte[]> lastGood = new LinkedHashMap<>();
        Map<RuleKey, Rule> beside = new HashMap<>(rules.lastGood(serving));
        beside.putAll(rules.workloads()); // on no rules topic, yet as needed for a start without Kafka
        beside.forEach((key, rule) -> lastGood.put(key.toString(), codec.encode(rule.resource())));
        List<byte[]> values = new ArrayList<>(lastGood.values());
        saved.values().values().forEach(value -> values.add(value.bytes()));
        values.add(saved.commit());
        writer.write(new LocalSnapshot.Content(saved, lastGood, SchemaNotes.of(values, codec)));
        saves.saved(); // unless the writer says otherwise
    }

    private void takeSaved() {
        if (writer != null && writer.takeOutcome() == SnapshotWriter.Outcome.FAILED) {
            saves.failed(System.nanoTime());
            metrics.saveFailed();
        }
    }

    /** Ends the threads, once what is in service is on disk; it stays in service. */
    @Override
    public void close() throws InterruptedException {
        closing = true;
        reader.wakeup();
        thread.join(STOP_MILLIS);
        if (thread.isAlive()) {
            thread.interrupt();
            thread.join();
        }
        if (writer != null) {
            writer.close();
        }
    }
}
