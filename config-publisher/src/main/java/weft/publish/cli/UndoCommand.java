package weft.publish.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import weft.log.BundleDraft;
import weft.log.RuleLogView;
import weft.publish.log.BundleChanges;
import weft.publish.log.BundleChanges.Change;
import weft.publish.log.JournalReader;
import weft.publish.log.MeshAddress;
import weft.publish.log.PastRules;
import weft.publish.meaning.ChangedRule;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.Bundle;
import weft.schema.BundleChange;

/** {@code weft undo}: a new bundle that takes back what one did. */
@Command(
        name = "undo",
        header = {
            "Examples:",
            "  weft undo                       take back the last bundle; once more brings it back",
            "  weft undo bundle/41 -m 'too many errors'",
            "  weft undo --to bundle/40        everything as it was then",
            "  weft undo --to 10m --dry-run    what going back ten minutes would change",
            ""
        },
        description = {
            "Publishes a bundle that takes back what another did. The history keeps both.",
            "When later bundles changed the same rules it refuses with 81, naming them, unless --force says that their"
                    + " changes go too. " + WipeGuard.RULE
        },
        mixinStandardHelpOptions = true)
final class UndoCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(arity = "0..1", paramLabel = "bundle/N", description = "Which one (default: the last).")
    private @Nullable String word;

    @Option(names = "--to", paramLabel = "TIME|bundle/N", description = "Go back to all rules as they were then.")
    private @Nullable String to;

    @Option(names = "--force", description = "Undo what later bundles made of the same rules too.")
    private boolean force;

    @Option(names = "--dry-run", description = "Show what would change, publish nothing.")
    private boolean dryRun;

    @Option(
            names = {"-m", "--message"},
            paramLabel = "WHY",
            description = "Why, for the history (default: undo bundle N).")
    private String message = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|json",
            description = "json: one document with the bundle, its resources and the proxies.")
    private TextOrJson format = TextOrJson.TEXT;

    @Mixin
    private WipeGuard wipe = new WipeGuard();

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Mixin
    private WaitOptions wait = new WaitOptions();

    UndoCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /**
     * What going back takes.
     *
     * @param expected versions that it is planned on
     */
    private record Plan(List<ChangedRule> changes, Map<RuleKey, String> expected, String why) {}

    @Override
    public Integer call() {
        if (to != null && word != null) {
            throw new CommandFailure(ExitCode.USAGE, "undo one bundle, or go back --to one? (expected: one of them)");
        }
        Duration patience = wait.patience();
        MeshAddress mesh = kafka.mesh(terminal);
        if (dryRun) {
            ChangeText.print(plan(mesh).changes(), ChangeText.Sides.of("now", "then"), true, terminal);
            return ExitCode.OK.number();
        }
        try (LogSession session = LogSession.begin(mesh, !patience.isZero())) {
            Plan plan = plan(mesh);
            List<SpecificRecord> upserts = new ArrayList<>();
            List<RuleKey> deletes = new ArrayList<>();
            for (ChangedRule change : plan.changes()) {
                Rule then = change.after();
                if (then == null) {
                    deletes.add(change.key());
                } else {
                    upserts.add(then.resource());
                }
            }
            if (wipe.isDue(deletes.size())) {
                int inForce = session.publisher().refresh().rules().size();
                wipe.require(deletes.size(), inForce, false, terminal);
            }
            Authorship authorship = Authorship.of(terminal, List.of());
            BundleDraft draft = new BundleDraft(
                            upserts, deletes, authorship.author(), authorship.host(), plan.why(), "")
                    .restoring();
            Publication publication = new Publication(terminal, mesh, session, format == TextOrJson.JSON);
            return publication
                    .run(force ? draft.losingNewer() : draft.expecting(plan.expected()), patience)
                    .exitCode()
                    .number();
        }
    }

    private Plan plan(MeshAddress mesh) {
        return to == null ? ofBundle(mesh) : ofMoment(mesh, to);
    }

    private Plan ofBundle(MeshAddress mesh) {
        Bundle bundle = ShowCommand.find(word, mesh);
        Map<RuleKey, String> expected = new HashMap<>();
        List<ChangedRule> changes = new ArrayList<>();
        for (Change change : new BundleChanges(mesh).of(bundle)) {
            expected.put(change.key(), change.versionAfter());
            changes.add(new ChangedRule(change.key(), change.after(), change.before()));
        }
        if (!force) {
            refuseWhenOthersBuiltOnIt(bundle, expected, mesh);
        }
        String why = "undo bundle " + bundle.getRevision()
                + (bundle.getMessage().isEmpty() ? "" : ": " + bundle.getMessage());
        return new Plan(changes, expected, message.isEmpty() ? why : message);
    }

    private static void refuseWhenOthersBuiltOnIt(Bundle undone, Map<RuleKey, String> keys, MeshAddress mesh) {
        Map<RuleKey, List<Bundle>> later = new TreeMap<>();
        try (JournalReader journal = new JournalReader(mesh)) {
            journal.newestFirst(entry -> {
                if (entry.getRevision() <= undone.getRevision()) {
                    return false;
                }
                for (BundleChange change : entry.getChanges()) {
                    RuleKey key = RuleKey.parse(change.getKey());
                    if (keys.containsKey(key)) {
                        later.computeIfAbsent(key, any -> new ArrayList<>()).add(entry);
                    }
                }
                return true;
            });
        }
        if (later.isEmpty()) {
            return;
        }
        long now = System.currentTimeMillis();
        Map<String, Long> told = new LinkedHashMap<>();
        later.forEach((key, bundles) -> bundles.forEach(bundle -> told.put(
                "  " + Table.safe(BundleWords.resource(key)) + " by " + BundleWords.told(bundle, now),
                bundle.getRevision())));
        long newest = told.values().stream().mapToLong(Long::longValue).max().orElse(0);
        throw new CommandFailure(
                ExitCode.CONFLICT,
                "bundle " + undone.getRevision() + " cannot be undone, since later bundles changed the same rules:\n"
                        + String.join("\n", told.keySet()) + "\nundo those first (weft undo bundle/" + newest
                        + "), go back to before it (weft undo --to bundle/" + (undone.getRevision() - 1)
                        + "), or overwrite them with --force");
    }

    private Plan ofMoment(MeshAddress mesh, String moment) {
        long revision = AtOption.revision("--to", moment, mesh);
        PastRules then = PastRules.withoutOrigins(mesh, revision);
        if (!then.lost().isEmpty()) {
            RuleKey first = new TreeSet<>(then.lost()).first();
            throw new CommandFailure(
                    ExitCode.FAILED,
                    Table.safe(first + " as of " + AtOption.words(revision) + " cannot be read: "
                            + then.unreadable().get(first.toString()) + "; use the weft that wrote it"));
        }
        Map<RuleKey, String> expected = new HashMap<>();
        List<ChangedRule> changes;
        try (RuleLogView view = mesh.view()) {
            changes = ChangedRule.between(view.refresh(mesh.timeout()).rules(), then.rules());
            changes.forEach(change -> expected.put(change.key(), view.version(change.key())));
        }
        String why = message.isEmpty() ? "back to " + AtOption.words(revision) : message;
        return new Plan(changes, expected, why);
    }
}
