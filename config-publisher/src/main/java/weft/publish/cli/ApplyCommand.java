package weft.publish.cli;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import weft.log.BundleDraft;
import weft.log.PublishResult;
import weft.log.PublishResult.Outcome;
import weft.log.RuleLogView;
import weft.log.RuleState;
import weft.publish.log.MeshAddress;
import weft.publish.yaml.DecodedDocument;
import weft.publish.yaml.DecodedDocument.Resource;
import weft.rules.Rule;
import weft.rules.RuleKey;

/** {@code weft apply}: all rules of one call as one bundle, or none of them. */
@Command(
        name = "apply",
        header = {
            "Examples:",
            "  weft apply -f rules.yaml -m 'ten percent to reviews v2'",
            "  weft apply -f rules/ --dry-run=server        what would change",
            "  weft apply -f rules/ --prune -l team=shop    and delete what is no longer there",
            "  weft apply -f rules/ --expect bundle/41      only if nobody changed these rules since",
            "  kubectl get vs,dr -A -o yaml | weft apply -f -",
            ""
        },
        description = {
            "Publishes rule files as one bundle and waits until every live proxy serves it.",
            "Nothing is published unless all of it is valid. Kinds that are not Weft's are skipped.",
            "A rule that somebody else changed meanwhile keeps all of it off the log, with exit code 81: changed since"
                    + " this command began, since weft get wrote the file (its resourceVersion), or since --expect.",
            WipeGuard.RULE
        },
        mixinStandardHelpOptions = true)
final class ApplyCommand implements Callable<Integer> {
    private static final int CHANGED = 2;

    /** What is tried without publishing. */
    enum DryRun {
        NONE,
        /** Files alone. */
        CLIENT,
        /** Files against the rules in force. */
        SERVER
    }

    private final Terminal terminal;

    @Mixin
    private RuleFiles files = new RuleFiles();

    @Mixin
    private StrictnessOptions strictness = new StrictnessOptions();

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Mixin
    private WaitOptions wait = new WaitOptions();

    @Mixin
    private Expectations expectations = new Expectations();

    @Option(
            names = {"-m", "--message"},
            paramLabel = "WHY",
            description = "Why, for the history.")
    private String message = "";

    @Option(
            names = "--dry-run",
            arity = "0..1",
            fallbackValue = "CLIENT",
            paramLabel = "client|server",
            description = "client: check the files alone; server: also compare with the rules in force.")
    private DryRun dryRun = DryRun.NONE;

    @Mixin
    private PruneOptions prune = new PruneOptions();

    @Mixin
    private WipeGuard wipe = new WipeGuard();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|json",
            description = "json: one document with the bundle, its resources and the proxies.")
    private TextOrJson format = TextOrJson.TEXT;

    @Option(names = "--detailed-exitcode", description = "End with 2 when something changed.")
    private boolean detailedExitCode;

    ApplyCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        prune.require(files.isNamed());
        Duration patience = wait.patience();
        if (dryRun != DryRun.NONE) {
            return tryOut();
        }
        MeshAddress mesh = kafka.mesh(terminal);
        files.requireNamed();
        try (LogSession session = LogSession.begin(mesh, !patience.isZero())) {
            List<Resource> resources = readFiles();
            Authorship authorship = Authorship.of(terminal, files.names());
            List<RuleKey> deletes = pruned(session, resources);
            BundleDraft draft = new BundleDraft(
                    resources.stream().map(Resource::record).toList(),
                    deletes,
                    authorship.author(),
                    authorship.host(),
                    message,
                    authorship.gitCommit());
            Publication.Result result = new Publication(terminal, mesh, session, format == TextOrJson.JSON)
                    .run(expectations.on(draft, resources, session.publisher(), mesh), patience);
            boolean changed = detailedExitCode && result.published().isPublished();
            return result.exitCode() == ExitCode.OK && changed
                    ? CHANGED
                    : result.exitCode().number();
        }
    }

    private List<Resource> readFiles() {
        List<DecodedDocument> documents = files.read(terminal, RuleChecks.ALL, strictness.chosen());
        RuleFiles.explain(documents, terminal);
        List<Resource> resources = RuleFiles.publishable(documents);
        if (resources.isEmpty() && !prune.isSet()) {
            throw new CommandFailure(ExitCode.BAD_RULES, "no rules in " + String.join(", ", files.names()));
        }
        return resources;
    }

    private int tryOut() {
        List<Resource> resources = readFiles();
        if (dryRun == DryRun.CLIENT) {
            resources.forEach(r -> print(r.rule().key(), "valid"));
            return ExitCode.OK.number();
        }
        try (RuleLogView view = kafka.mesh(terminal).view()) {
            RuleState state = view.refresh(kafka.mesh(terminal).timeout());
            expectations.requireReadable(resources, state);
            boolean changed = false;
            for (Resource resource : resources) {
                Outcome outcome = outcome(state.get(resource.rule().key()), resource.rule());
                changed |= outcome != Outcome.UNCHANGED;
                print(resource.rule().key(), outcome.name().toLowerCase(Locale.ROOT));
            }
            for (RuleKey key : prune.pruned(state.rules().values(), resources, files.namespace())) {
                changed = true;
                print(key, "deleted");
            }
            return detailedExitCode && changed ? CHANGED : ExitCode.OK.number();
        }
    }

    private void print(RuleKey key, String what) {
        terminal.print(key.kind().toLowerCase(Locale.ROOT) + "/" + key.name() + " " + what + " (dry run)");
    }

    /** What publishing would make of a rule; where it was written down is no part of what it says. */
    private static Outcome outcome(@Nullable Rule current, Rule asked) {
        if (current == null) {
            return PublishResult.Outcome.CREATED;
        }
        boolean same = spec(current).equals(spec(asked))
                && current.metadata().getLabels().equals(asked.metadata().getLabels())
                && current.metadata().getAnnotations().equals(asked.metadata().getAnnotations());
        return same ? Outcome.UNCHANGED : Outcome.CONFIGURED;
    }

    private static Object spec(Rule rule) {
        SpecificRecord resource = rule.resource();
        return resource.get(resource.getSchema().getField("spec").pos());
    }

    /** What --prune deletes. */
    private List<RuleKey> pruned(LogSession session, List<Resource> resources) {
        if (!prune.isSet()) {
            return List.of();
        }
        Map<RuleKey, Rule> inForce = session.publisher().refresh().rules();
        List<RuleKey> deletes = prune.pruned(inForce.values(), resources, files.namespace());
        boolean readsInput = files.names().contains("-");
        wipe.require(deletes.size(), inForce.size(), readsInput, terminal);
        return deletes;
    }
}
