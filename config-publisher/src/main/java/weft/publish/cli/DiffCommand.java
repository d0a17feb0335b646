package weft.publish.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import weft.publish.cli.ChangeText.Sides;
import weft.publish.log.MeshAddress;
import weft.publish.log.PastRules;
import weft.publish.meaning.ChangedRule;
import weft.publish.yaml.DecodedDocument;
import weft.publish.yaml.DecodedDocument.Resource;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.SourcePosition;

/** {@code weft diff}: what would change, or did, as YAML and as what it means for traffic. */
@Command(
        name = "diff",
        header = {
            "Examples:",
            "  weft diff -f rules.yaml                     what applying it would change",
            "  weft diff -f rules/ --prune -l team=shop    and what pruning would delete",
            "  weft diff bundle/41 bundle/43               what happened in between",
            "  weft diff bundle/41                         what happened since",
            "  weft diff --at 2h -o meaning                the last two hours in words",
            ""
        },
        description = {
            "Shows the difference between rules: what it means for traffic, then the YAML.",
            "Ends with 0 when nothing differs, 1 when something does, more when it failed, like kubectl diff.",
            "WEFT_EXTERNAL_DIFF names a program to show the YAML with; it gets two folders."
        },
        mixinStandardHelpOptions = true)
final class DiffCommand implements Callable<Integer> {
    /** Something differs. */
    private static final int DIFFERS = 1;

    /** How differences are written. */
    enum Format {
        TEXT,
        MEANING,
        JSON
    }

    private final Terminal terminal;

    @Parameters(
            arity = "0..2",
            paramLabel = "bundle/A bundle/B",
            description = "From one bundle to another; to the rules in force without a second. Times do as well.")
    private List<String> moments = List.of();

    @Mixin
    private RuleFiles files = new RuleFiles();

    @Mixin
    private PruneOptions prune = new PruneOptions();

    @Mixin
    private AtOption at = new AtOption();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|meaning|json",
            description = "meaning: without the YAML; json: one document.")
    private Format format = Format.TEXT;

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    DiffCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Both sides, and how to call them. */
    private record Compared(List<ChangedRule> changes, Sides sides, String before, String after) {}

    @Override
    public Integer call() {
        if ((moments.isEmpty() ? 0 : 1) + (at.isSet() && !files.isNamed() ? 1 : 0) + (files.isNamed() ? 1 : 0) != 1) {
            throw new CommandFailure(
                    ExitCode.USAGE, "compare what? (expected one of: -f FILE, bundle/A [bundle/B], --at TIME)");
        }
        prune.require(files.isNamed());
        MeshAddress mesh = kafka.mesh(terminal);
        Compared compared = files.isNamed() ? withFiles(mesh) : betweenMoments(mesh);
        boolean differs = !compared.changes().isEmpty();
        if (format == Format.JSON) {
            terminal.print(document(compared).toPrettyString());
        } else {
            String external = format == Format.TEXT ? terminal.variable("WEFT_EXTERNAL_DIFF") : null;
            ChangeText.print(compared.changes(), compared.sides(), format == Format.TEXT && external == null, terminal);
            if (external != null && differs) {
                ExternalDiff.show(external, compared.changes(), terminal);
            }
            if (!differs) {
                terminal.say("no difference: " + compared.before() + ", " + compared.after());
            }
        }
        return differs ? DIFFERS : ExitCode.OK.number();
    }

    private Compared withFiles(MeshAddress mesh) {
        List<DecodedDocument> documents = files.read(terminal, RuleChecks.ALL);
        RuleFiles.explain(documents, terminal);
        List<Resource> resources = RuleFiles.publishable(documents);
        PastRules past = read(mesh, at.revision(mesh));
        Map<RuleKey, Rule> after = new HashMap<>(past.rules());
        resources.forEach(resource -> after.put(resource.rule().key(), resource.rule()));
        prune.pruned(past.rules().values(), resources, files.namespace()).forEach(after::remove);
        String before = AtOption.words(past.revision());
        Sides sides = new Sides(key -> before, key -> source(after.get(key)));
        return new Compared(ChangedRule.between(past.rules(), after), sides, before, String.join(", ", files.names()));
    }

    private static String source(@Nullable Rule rule) {
        SourcePosition source = rule == null ? null : rule.metadata().getSource();
        return source == null ? "pruned" : source.getFile() + ":" + source.getLine();
    }

    private Compared betweenMoments(MeshAddress mesh) {
        Long from = moments.isEmpty() ? at.revision(mesh) : revision(mesh, 0);
        Long to = moments.size() == 2 ? revision(mesh, 1) : null;
        PastRules before = read(mesh, from);
        PastRules after = read(mesh, to);
        String beforeName = AtOption.words(before.revision());
        String afterName = AtOption.words(after.revision());
        return new Compared(
                ChangedRule.between(before.rules(), after.rules()),
                Sides.of(beforeName, afterName),
                beforeName,
                afterName);
    }

    /** What cannot be read cannot be compared: it would look as if it were not there. */
    private PastRules read(MeshAddress mesh, @Nullable Long revision) {
        PastRules past = PastRules.withoutOrigins(mesh, revision);
        new TreeMap<>(past.unreadable())
                .forEach((key, why) -> terminal.say(Table.safe("▲ " + key + " of " + AtOption.words(past.revision())
                        + " cannot be read and is taken as not there: " + why)));
        return past;
    }

    private Long revision(MeshAddress mesh, int index) {
        return AtOption.revision("diff", moments.get(index), mesh);
    }

    private static ObjectNode document(Compared compared) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("apiVersion", "weft/v1");
        document.put("before", compared.before());
        document.put("after", compared.after());
        ChangeText.write(compared.changes(), compared.sides(), document.putArray("resources"));
        return document;
    }
}
