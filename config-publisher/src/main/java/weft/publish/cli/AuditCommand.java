package weft.publish.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import weft.publish.log.JournalAudit;

/** {@code weft audit verify}: whether the history is what was written. */
@Command(
        name = "audit",
        header = {"Examples:", "  weft audit verify", "  weft audit verify -o json", ""},
        description = {
            "Follows the hash chain of the journal up to the last commit record of the rules, and names the first bundle"
                    + " that breaks it: edited, missing, or in another place.",
            "Ends with 1 when the chain is broken."
        },
        mixinStandardHelpOptions = true)
final class AuditCommand implements Callable<Integer> {
    /** What can be done. */
    enum What {
        VERIFY
    }

    private final Terminal terminal;

    @Parameters(paramLabel = "verify", description = "Verify the chain; there is nothing else yet.")
    private What what = What.VERIFY;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|json",
            description = "json: one document.")
    private TextOrJson format = TextOrJson.TEXT;

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    AuditCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        JournalAudit.Result result = new JournalAudit(kafka.mesh(terminal)).run();
        if (format == TextOrJson.JSON) {
            terminal.print(document(result).toPrettyString());
        } else {
            text(result);
        }
        return (result.isUnbroken() ? ExitCode.OK : ExitCode.FAILED).number();
    }

    private void text(JournalAudit.Result result) {
        result.notes().forEach(note -> terminal.say(Table.safe("▲ " + note)));
        if (result.first() == 0 && result.isUnbroken()) {
            terminal.print("nothing was published yet");
        } else if (result.isUnbroken()) {
            terminal.print("✔ unbroken: bundle " + result.first() + " to bundle " + result.last() + ", "
                    + result.bundles() + " bundles, as the last commit record vouches");
        } else {
            for (JournalAudit.Break each : result.breaks()) {
                String where = each.offset() < 0 ? "" : " (journal offset " + each.offset() + ")";
                terminal.print(Table.safe("✘ bundle " + each.bundle() + ": " + each.text() + where));
            }
            terminal.say("the history cannot be trusted from bundle "
                    + result.breaks().get(0).bundle() + " on");
        }
    }

    private ObjectNode document(JournalAudit.Result result) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("apiVersion", "weft/v1");
        document.put("audit", what.name().toLowerCase(java.util.Locale.ROOT));
        document.put("unbroken", result.isUnbroken());
        document.put("first", result.first());
        document.put("last", result.last());
        document.put("bundles", result.bundles());
        var breaks = document.putArray("breaks");
        result.breaks()
                .forEach(each -> breaks.addObject()
                        .put("bundle", each.bundle())
                        .put("offset", each.offset())
                        .put("text", each.text()));
        result.notes().forEach(document.putArray("notes")::add);
        return document;
    }
}
