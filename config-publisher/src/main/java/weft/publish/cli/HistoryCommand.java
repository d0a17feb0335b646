package weft.publish.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import weft.publish.log.JournalReader;
import weft.publish.yaml.ResourceKinds;
import weft.rules.RuleKey;
import weft.schema.Bundle;
import weft.schema.BundleChange;

/** {@code weft history}: who changed what, when and why. */
@Command(
        name = "history",
        header = {
            "Examples:",
            "  weft history                        the last bundles",
            "  weft history vs/reviews             those that changed one rule",
            "  weft history --since 1d -o json",
            ""
        },
        description = "Shows who changed what, when and why, newest first.",
        mixinStandardHelpOptions = true)
final class HistoryCommand implements Callable<Integer> {
    private static final int SHOWN_CHANGES = 3;
    /** As Git shortens them. */
    private static final int COMMIT_SHOWN = 8;

    /** How bundles are written. */
    enum Format {
        TABLE,
        JSON
    }

    private final Terminal terminal;

    @Parameters(arity = "0..1", paramLabel = "KIND/NAME", description = "Only bundles that changed this rule.")
    private @Nullable String word;

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NS",
            description = "The namespace of KIND/NAME (default: ${DEFAULT-VALUE}).")
    private String namespace = "default";

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Only bundles since then, as 1d or 2026-11-21T14:05Z.")
    private @Nullable String since;

    @Option(names = "--limit", paramLabel = "N", description = "Bundles to show (default: ${DEFAULT-VALUE}).")
    private int limit = 20;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "table|json",
            description = "json: one document.")
    private Format format = Format.TABLE;

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    HistoryCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (limit < 1 || limit > 100_000) {
            throw new CommandFailure(ExitCode.USAGE, "--limit: " + limit + " is out of range (expected: 1 to 100000)");
        }
        RuleKey key = word == null
                ? null
                : KindWords.keys(List.of(word), namespace, new ResourceKinds()).get(0);
        long sinceMillis = since == null ? 0 : AtOption.moment("--since", since, System.currentTimeMillis());
        List<Bundle> bundles;
        try (JournalReader journal = new JournalReader(kafka.mesh(terminal))) {
            bundles = journal.latest(limit, sinceMillis, key);
        }
        if (format == Format.JSON) {
            terminal.print(document(bundles).toString());
            return ExitCode.OK.number();
        }
        Table table = new Table("BUNDLE", "TIME", "AUTHOR", "MESSAGE", "COMMIT", "CHANGES");
        long now = System.currentTimeMillis();
        for (Bundle bundle : bundles) {
            table.row(
                    bundle.getRevision(),
                    Durations.age(now - bundle.getTimestamp()) + " ago",
                    bundle.getAuthor().isEmpty() ? "-" : bundle.getAuthor(),
                    bundle.getMessage().isEmpty() ? "-" : bundle.getMessage(),
                    bundle.getGitCommit().isEmpty() ? "-" : shortened(bundle.getGitCommit()),
                    changes(bundle.getChanges()));
        }
        table.printTo(terminal);
        if (bundles.isEmpty()) {
            terminal.say(key == null && since == null ? "nothing was published yet" : "no such bundle in the journal");
        }
        return ExitCode.OK.number();
    }

    private static String shortened(String commit) {
        return commit.substring(0, Math.min(COMMIT_SHOWN, commit.length()));
    }

    private static String changes(List<BundleChange> changes) {
        String shown =
                changes.stream().limit(SHOWN_CHANGES).map(HistoryCommand::words).collect(Collectors.joining(", "));
        int more = changes.size() - SHOWN_CHANGES;
        return more > 0 ? shown + ", " + more + " more" : shown;
    }

    private static String words(BundleChange change) {
        RuleKey key = RuleKey.parse(change.getKey());
        return key.kind().toLowerCase(Locale.ROOT) + "/" + key.name() + " "
                + change.getOperation().name().toLowerCase(Locale.ROOT);
    }

    private static ObjectNode document(List<Bundle> bundles) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("apiVersion", "weft/v1");
        ArrayNode list = document.putArray("bundles");
        for (Bundle bundle : bundles) {
            ObjectNode node = BundleText.write(bundle, list.addObject());
            ArrayNode changes = node.putArray("changes");
            for (BundleChange change : bundle.getChanges()) {
                changes.addObject()
                        .put("key", change.getKey())
                        .put("operation", change.getOperation().name().toLowerCase(Locale.ROOT));
            }
        }
        return document;
    }
}
