package weft.publish.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import weft.publish.cli.ChangeText.Sides;
import weft.publish.log.BundleChanges;
import weft.publish.log.JournalReader;
import weft.publish.log.MeshAddress;
import weft.publish.meaning.ChangedRule;
import weft.schema.Bundle;

/** {@code weft show}: one bundle: who, when, why, and what it changed. */
@Command(
        name = "show",
        header = {
            "Examples:",
            "  weft show                        the last bundle",
            "  weft show bundle/41              who, when, why, and what it changed",
            "  weft show bundle/41 -o meaning   without the YAML",
            ""
        },
        description =
                "Shows one bundle: who published it, when and why, what it meant for traffic, and the YAML's difference.",
        mixinStandardHelpOptions = true)
final class ShowCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(arity = "0..1", paramLabel = "bundle/N", description = "Which one (default: the last).")
    private @Nullable String word;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|meaning|json",
            description = "meaning: without the YAML; json: one document.")
    private DiffCommand.Format format = DiffCommand.Format.TEXT;

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    ShowCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        MeshAddress mesh = kafka.mesh(terminal);
        Bundle bundle = find(word, mesh);
        List<ChangedRule> changes = new BundleChanges(mesh)
                .of(bundle).stream()
                        .map(change -> new ChangedRule(change.key(), change.before(), change.after()))
                        .toList();
        Sides sides = Sides.of("before", "bundle/" + bundle.getRevision());
        if (format == DiffCommand.Format.JSON) {
            ObjectNode document = JsonNodeFactory.instance.objectNode();
            document.put("apiVersion", "weft/v1");
            BundleText.write(bundle, document);
            ChangeText.write(changes, sides, document.putArray("resources"));
            terminal.print(document.toPrettyString());
        } else {
            BundleText.print(bundle, System.currentTimeMillis(), terminal);
            ChangeText.print(changes, sides, format == DiffCommand.Format.TEXT, terminal);
        }
        return ExitCode.OK.number();
    }

    /**
     * The bundle that a word names, the last one without.
     *
     * @throws CommandFailure when the journal does not hold it
     */
    static Bundle find(@Nullable String word, MeshAddress mesh) {
        try (JournalReader journal = new JournalReader(mesh)) {
            Long number = word == null ? null : BundleWords.require("which bundle", word);
            List<Bundle> last = journal.latest(1);
            if (last.isEmpty()) {
                throw new CommandFailure(ExitCode.FAILED, "nothing was published yet");
            }
            long newest = last.get(0).getRevision();
            if (number == null || number == newest) {
                return last.get(0);
            }
            Bundle found = journal.bundle(number);
            if (found == null) {
                throw new CommandFailure(
                        ExitCode.FAILED,
                        "there is no bundle/" + number + " in the journal"
                                + (number > newest ? ", the last is bundle/" + newest : ", it begins later"));
            }
            return found;
        }
    }
}
