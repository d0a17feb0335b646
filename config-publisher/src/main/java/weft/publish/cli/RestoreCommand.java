package weft.publish.cli;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import weft.log.BundleDraft;
import weft.log.LostRules;
import weft.log.ProxyRoster;
import weft.log.RuleLogException;
import weft.log.RuleLogView;
import weft.publish.log.JournalAudit;
import weft.publish.log.JournalAudit.Recollection;
import weft.publish.log.MeshAddress;
import weft.rules.RuleKey;
import weft.schema.ProxyStatus;

/** {@code weft restore}: the rules topic anew, from its journal. */
@Command(
        name = "restore",
        header = {"Examples:", "  weft restore --dry-run", "  weft restore -m 'weft.rules was deleted'", ""},
        description = {
            "Writes all rules anew from the journal, when the rules topic lost them: it was deleted, it is an older copy, or"
                    + " its last commit record was overwritten.",
            "The journal has to be whole, and no live proxy may serve its last bundle with other rules than it adds up to."
                    + " In a mesh with --trusted-keys one proxy has to vouch for it so, since the journal is not signed."
        },
        mixinStandardHelpOptions = true)
final class RestoreCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Option(names = "--dry-run", description = "Name the rules that would be written, publish nothing.")
    private boolean dryRun;

    @Option(names = "--force", description = "Believe the journal, whatever the proxies serve.")
    private boolean force;

    @Option(
            names = {"-m", "--message"},
            paramLabel = "WHY",
            description = "Why, for the history (default: restored bundle N).")
    private String message = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|json",
            description = "json: one document with the bundle and the proxies.")
    private TextOrJson format = TextOrJson.TEXT;

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Mixin
    private WaitOptions wait = new WaitOptions();

    RestoreCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Duration patience = wait.patience();
        MeshAddress mesh = kafka.mesh(terminal);
        Recollection found = new JournalAudit(mesh).recollect();
        requireWhole(found, mesh);
        LostRules rules = found.rules();
        if (isInForce(rules, mesh)) {
            terminal.print("nothing is lost: bundle " + rules.revision() + " is in force");
            return ExitCode.OK.number();
        }
        String witnesses = witnesses(rules, mesh);
        boolean isText = format == TextOrJson.TEXT;
        if (isText) {
            terminal.say(rules.values().size() + " rules as of bundle " + rules.revision() + witnesses);
        }
        if (dryRun) {
            rules.values().keySet().stream()
                    .sorted()
                    .map(RuleKey::parse)
                    .forEach(key -> terminal.print(Table.safe(BundleWords.resource(key))));
            return ExitCode.OK.number();
        }
        try (LogSession session = LogSession.begin(mesh, !patience.isZero())) {
            session.publisher().restore(rules);
            Authorship by = Authorship.of(terminal, List.of());
            String why = message.isEmpty() ? "restored bundle " + rules.revision() : message;
            BundleDraft draft = new BundleDraft(List.of(), List.of(), by.author(), by.host(), why, "");
            return new Publication(terminal, mesh, session, !isText)
                    .run(draft, patience)
                    .exitCode()
                    .number();
        }
    }

    private static void requireWhole(Recollection found, MeshAddress mesh) {
        String topic = mesh.topics().journal();
        if (found.first() == 0 && found.breaks().isEmpty()) {
            throw new CommandFailure(ExitCode.FAILED, "topic " + topic + " is empty: nothing was published yet");
        }
        if (!found.breaks().isEmpty()) {
            JournalAudit.Break first = found.breaks().get(0);
            throw new CommandFailure(
                    ExitCode.FAILED,
                    Table.safe("the journal cannot be trusted from bundle " + first.bundle() + " on: " + first.text()
                            + "; apply an export instead"));
        }
        if (found.first() > 1) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "the journal begins with bundle " + found.first()
                            + ", and what was before it is not in it; apply an export instead");
        }
    }

    private static boolean isInForce(LostRules rules, MeshAddress mesh) {
        try (RuleLogView view = mesh.view()) {
            return view.refresh(mesh.timeout()).revision() >= rules.revision();
        } catch (RuleLogException e) {
            return false; // what it cannot read is what is to be written anew
        }
    }

    /** Who serves these very rules, in words; nobody may serve others under their number. */
    private String witnesses(LostRules rules, MeshAddress mesh) {
        List<ProxyStatus> serving;
        try (ProxyRoster roster = mesh.roster()) {
            roster.refresh();
            serving = roster.live().stream()
                    .filter(each -> each.getAppliedRevision() == rules.revision())
                    .toList();
        }
        List<String> others = serving.stream()
                .filter(each -> !each.getStateDigest().equals(rules.stateDigest()))
                .map(ProxyStatus::getProxyId)
                .sorted()
                .toList();
        if (!others.isEmpty() && !force) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    Table.safe(others.get(0) + " serves bundle " + rules.revision()
                            + " with other rules than the journal adds up to; nothing was published (if the journal is to"
                            + " be believed, add --force)"));
        }
        int agreeing = serving.size() - others.size();
        if (agreeing == 0 && mesh.keys().trusted().isRequired() && !force) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "the journal is not signed, and no live proxy serves bundle " + rules.revision()
                            + " to vouch for it; nothing was published (look at it with --dry-run --force, and add --force)");
        }
        return agreeing == 0 ? ", by the journal alone" : ", as " + agreeing + " of the proxies serve them";
    }
}
