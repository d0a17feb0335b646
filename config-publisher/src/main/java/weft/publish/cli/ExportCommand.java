package weft.publish.cli;

import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import weft.publish.log.MeshAddress;
import weft.publish.log.PastRules;
import weft.publish.yaml.ResourceKinds;
import weft.publish.yaml.ResourceTree;
import weft.publish.yaml.YamlWriter;
import weft.rules.Rule;

/** {@code weft export}: every rule as YAML that applies back to the same state. */
@Command(
        name = "export",
        header = {
            "Examples:",
            "  weft export > rules.yaml                  every rule, in one stream",
            "  weft export -o dir rules/                 a file each, as for Git",
            "  weft export --at bundle/41 -o dir rules/  as they were",
            "  weft export --at 2h | weft apply -f -     and back to it (weft undo --to 2h also deletes what came since)",
            ""
        },
        description = "Writes every rule of the mesh as YAML that applies back to the same state.",
        mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {
    /** How rules are written. */
    enum Format {
        YAML,
        DIR
    }

    private final Terminal terminal;

    @Parameters(arity = "0..1", paramLabel = "FOLDER", description = "Where -o dir writes.")
    private @Nullable String folder;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "yaml|dir",
            description = "yaml: one stream of documents; dir: FOLDER/NAMESPACE/KIND-NAME.yaml.")
    private Format format = Format.YAML;

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NS",
            description = "Only this namespace (default: all).")
    private @Nullable String namespace;

    @Option(
            names = "--overwrite",
            description = "Let -o dir replace the rule files of a folder, and delete those left over.")
    private boolean overwrite;

    @Mixin
    private AtOption at = new AtOption();

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    ExportCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (format == Format.DIR && folder == null) {
            throw new CommandFailure(ExitCode.USAGE, "-o dir: where to? (expected: FOLDER)");
        }
        if (format == Format.YAML && folder != null) {
            throw new CommandFailure(ExitCode.USAGE, "\"" + Table.safe(folder) + "\": a folder needs -o dir");
        }
        MeshAddress mesh = kafka.mesh(terminal);
        PastRules past = PastRules.withoutOrigins(mesh, at.revision(mesh));
        List<Rule> rules = past.rules().values().stream()
                .filter(rule -> namespace == null || rule.key().namespace().equals(namespace))
                .sorted(Comparator.comparing(Rule::key))
                .toList();
        ResourceTree trees = new ResourceTree(new ResourceKinds()).withoutIdentity();
        if (folder != null) {
            new ExportFolder(folder).write(rules, trees, overwrite);
            terminal.say(rules.size() + " rules of " + AtOption.words(past.revision()) + " written to " + folder);
        } else {
            boolean first = true;
            for (Rule rule : rules) {
                terminal.print((first ? "" : "---\n")
                        + YamlWriter.write(trees.of(rule)).stripTrailing());
                first = false;
            }
        }
        new TreeMap<>(past.unreadable())
                .forEach(
                        (key, why) -> terminal.say(Table.safe("▲ " + key + " cannot be read and is left out: " + why)));
        return (past.unreadable().isEmpty() ? ExitCode.OK : ExitCode.FAILED).number();
    }
}
