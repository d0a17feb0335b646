package weft.publish.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import weft.publish.log.MeshCheck;
import weft.publish.log.MeshCheck.Finding;
import weft.publish.log.MeshCheck.Verdict;

/** {@code weft check}: whether brokers, topics, proxies and the schema registry are as they must be. */
@Command(
        name = "check",
        header = {
            "Examples:",
            "  weft check",
            "  weft check --fix                   create topics, and alter configs that are wrong",
            "  weft check --kafka broker:9092 --kafka-config client.properties",
            "  weft check --schema-registry http://registry:8081",
            ""
        },
        description = {
            "Looks at brokers, topics, proxies and the schema registry, where one is given, changing nothing without --fix."
                    + " Ends with 1 when something is broken.",
            "What --fix cannot mend while the mesh runs (the number of partitions) is told with what to do."
        },
        mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Option(names = "--fix", description = "Create topics that are missing, alter topic configs that are wrong.")
    private boolean fix;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|json",
            description = "json: one document.")
    private TextOrJson format = TextOrJson.TEXT;

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    CheckCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        MeshCheck check = new MeshCheck(kafka.mesh(terminal));
        List<Finding> findings = fix ? check.fix() : check.run();
        boolean broken = findings.stream().anyMatch(f -> f.verdict() == Verdict.BROKEN);
        if (format == TextOrJson.JSON) {
            terminal.print(document(findings, broken).toPrettyString());
        } else {
            print(findings);
        }
        return (broken ? ExitCode.FAILED : ExitCode.OK).number();
    }

    private void print(List<Finding> findings) {
        for (Finding finding : findings) {
            String mark = switch (finding.verdict()) {
                case FINE -> "✔";
                case DOUBTFUL -> "▲";
                case BROKEN -> "✘";
            };
            terminal.print(Table.safe(mark + " " + finding.subject() + ": " + finding.text()));
        }
    }

    private static ObjectNode document(List<Finding> findings, boolean broken) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("apiVersion", "weft/v1").put("broken", broken);
        ArrayNode list = document.putArray("findings");
        findings.forEach(finding -> list.addObject()
                .put("verdict", finding.verdict().name().toLowerCase(Locale.ROOT))
                .put("subject", finding.subject())
                .put("text", finding.text()));
        return document;
    }
}
