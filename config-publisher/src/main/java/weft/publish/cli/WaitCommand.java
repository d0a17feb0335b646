package weft.publish.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import weft.log.ApplyReport;
import weft.log.ProxyRoster;
import weft.publish.log.MeshAddress;
import weft.schema.Bundle;
import weft.schema.BundleChange;

/** {@code weft wait}: until every live proxy serves a bundle. */
@Command(
        name = "wait",
        header = {
            "Examples:",
            "  weft wait                            for the last bundle",
            "  weft wait bundle/41 --timeout 1m",
            "  weft apply -f rules/ --no-wait -o json | jq .bundle | xargs weft wait",
            ""
        },
        description = {
            "Waits until every live proxy serves a bundle or a later one, and says which do not, and why.",
            "Ends with 75 when some did not answer in time, with 80 when one rejects a rule of the bundle."
        },
        mixinStandardHelpOptions = true)
final class WaitCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(arity = "0..1", paramLabel = "bundle/N", description = "Which one (default: the last).")
    private @Nullable String word;

    @Option(
            names = "--for",
            paramLabel = "applied",
            description = "What to wait for; there is nothing else yet (default: applied).")
    private For condition = For.APPLIED;

    @Option(names = "--timeout", paramLabel = "30s", description = "How long (default: ${DEFAULT-VALUE}).")
    private String timeout = "30s";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|json",
            description = "json: one document with the bundle and the proxies.")
    private TextOrJson format = TextOrJson.TEXT;

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    /** What can be waited for, as kubectl spells it. */
    enum For {
        APPLIED
    }

    WaitCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Duration patience = Durations.parse("--timeout", timeout);
        MeshAddress mesh = kafka.mesh(terminal);
        Bundle bundle = ShowCommand.find(word, mesh);
        ProxyAnswers answers = new ProxyAnswers(
                terminal, bundle.getChanges().stream().map(BundleChange::getKey).collect(Collectors.toSet()));
        try (ProxyRoster roster = mesh.roster()) {
            ApplyReport report = answers.await(roster, bundle.getRevision(), -1, patience);
            long millis = TimeUnit.NANOSECONDS.toMillis(report.nanos());
            if (format == TextOrJson.JSON) {
                ObjectNode document = JsonNodeFactory.instance.objectNode();
                document.put("apiVersion", "weft/v1").put("bundle", bundle.getRevision());
                document.put("condition", condition.name().toLowerCase(java.util.Locale.ROOT));
                document.put("millis", millis);
                ProxyAnswers.write(report, document);
                terminal.print(document.toString());
            } else if (report.answers().isEmpty()) {
                terminal.print("bundle " + bundle.getRevision() + ": no proxy is live");
            } else {
                terminal.print("bundle " + bundle.getRevision() + " applied by " + answers.serving(report) + "/"
                        + report.answers().size() + " proxies, waited " + millis + " ms");
            }
            answers.explain(report);
            return answers.exitCode(report).number();
        }
    }
}
