package weft.publish.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import weft.log.BundleDraft;
import weft.log.PublishResult.Outcome;
import weft.log.RuleState;
import weft.publish.log.MeshAddress;
import weft.publish.yaml.DecodedDocument;
import weft.publish.yaml.DecodedDocument.Resource;
import weft.publish.yaml.ResourceKinds;
import weft.rules.RuleKey;

/** {@code weft delete}: rules by name or by file, as one bundle. */
@Command(
        name = "delete",
        header = {
            "Examples:",
            "  weft delete virtualservice reviews -m 'back to the default'",
            "  weft delete vs/reviews dr/reviews",
            "  weft delete -f rules.yaml",
            ""
        },
        description = {"Deletes rules as one bundle and waits until no live proxy serves them.", WipeGuard.RULE},
        mixinStandardHelpOptions = true)
final class DeleteCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(arity = "0..*", paramLabel = "KIND NAME...", description = "A kind and names, or KIND/NAME words.")
    private List<String> words = List.of();

    @Mixin
    private RuleFiles files = new RuleFiles();

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

    @Mixin
    private WipeGuard wipe = new WipeGuard();

    @Option(names = "--ignore-not-found", description = "A rule that is not there is no failure.")
    private boolean ignoreNotFound;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|json",
            description = "json: one document.")
    private TextOrJson format = TextOrJson.TEXT;

    DeleteCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Set<RuleKey> keys = new LinkedHashSet<>(KindWords.keys(words, files.namespace(), new ResourceKinds()));
        List<Resource> resources = List.of();
        if (files.isNamed()) {
            List<DecodedDocument> documents = files.read(terminal, rule -> List.of());
            RuleFiles.explain(documents, terminal);
            resources = RuleFiles.publishable(documents);
            resources.forEach(resource -> keys.add(resource.rule().key()));
        }
        if (keys.isEmpty()) {
            throw new CommandFailure(ExitCode.USAGE, "delete what? (expected: KIND NAME, or -f FILE)");
        }
        Duration patience = wait.patience();
        MeshAddress mesh = kafka.mesh(terminal);
        Authorship authorship = Authorship.of(terminal, files.names());
        BundleDraft draft = BundleDraft.deleting(new ArrayList<>(keys))
                .by(authorship.author(), authorship.host(), message, authorship.gitCommit());
        try (LogSession session = LogSession.begin(mesh, !patience.isZero())) {
            if (wipe.isDue(keys.size())) {
                requireWish(session.publisher().refresh(), keys);
            }
            Publication.Result result = new Publication(terminal, mesh, session, format == TextOrJson.JSON)
                    .run(expectations.on(draft, resources, session.publisher(), mesh), patience);
            boolean missing = result.published().resources().stream().anyMatch(r -> r.outcome() == Outcome.NOT_FOUND);
            return (missing && !ignoreNotFound && result.exitCode() == ExitCode.OK
                            ? ExitCode.FAILED
                            : result.exitCode())
                    .number();
        }
    }

    private void requireWish(RuleState inForce, Set<RuleKey> keys) {
        long found = keys.stream().filter(inForce.rules()::containsKey).count();
        wipe.require(found, inForce.rules().size(), files.names().contains("-"), terminal);
    }
}
