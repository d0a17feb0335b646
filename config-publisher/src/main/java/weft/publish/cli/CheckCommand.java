package weft.publish.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import weft.publish.log.MeshCheck;
import weft.publish.log.MeshCheck.Finding;
import weft.publish.log.MeshCheck.Verdict;
import weft.publish.log.acl.Assignment;

/** {@code weft check}: whether brokers, topics, ACLs, proxies and the schema registry are as they must be. */
@Command(
        name = "check",
        header = {
            "Examples:",
            "  weft check",
            "  weft check --fix                   create topics, alter configs that are wrong, add copies",
            "  weft check --kafka broker:9092 --kafka-config client.properties",
            "  weft check --schema-registry http://registry:8081",
            "  weft check --acls                  the ACLs that each role needs; --acls=kafka-acls for a shell",
            "  weft check --principal publisher=User:ci --principal sidecar=User:apps",
            ""
        },
        description = {
            "Looks at brokers, topics, ACLs, proxies and the schema registry, where one is given, changing nothing without"
                    + " --fix. Ends with 1 when something is broken.",
            "What --fix cannot mend while the mesh runs (the number of partitions) is told with what to do.",
            "With --principal, Kafka's ACLs are held against what each role needs: roles are publisher, gateway, sidecar,"
                    + " sink, reader and operator. Who may change rules and is no publisher is told, and never taken away."
        },
        mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Option(
            names = "--fix",
            description =
                    "Create topics and ACLs that are missing, alter topic configs that are wrong, and have brokers"
                            + " copy topics that have fewer copies than the cluster has brokers for, at most 3.")
    private boolean fix;

    @Option(
            names = "--principal",
            paramLabel = "ROLE=PRINCIPAL",
            description = "Who has a role, as sidecar=User:apps; may be given again.")
    private List<String> principals = List.of();

    @Option(
            names = "--acls",
            arity = "0..1",
            fallbackValue = "text",
            paramLabel = "text|kafka-acls|json",
            description =
                    "Print the ACLs that roles need, of those named with --principal or of all, and ask no broker.")
    private @Nullable String plan;

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
        List<Assignment> assignments = assignments();
        if (plan != null) {
            AclPlanText text = new AclPlanText(kafka.mesh(terminal), kafka.configFile(terminal), assignments);
            text.print(plan, terminal);
            return ExitCode.OK.number();
        }
        MeshCheck check = new MeshCheck(kafka.mesh(terminal), assignments);
        List<Finding> findings = fix ? check.fix() : check.run();
        boolean broken = findings.stream().anyMatch(f -> f.verdict() == Verdict.BROKEN);
        if (format == TextOrJson.JSON) {
            terminal.print(document(findings, broken).toPrettyString());
        } else {
            print(findings);
        }
        return (broken ? ExitCode.FAILED : ExitCode.OK).number();
    }

    private List<Assignment> assignments() {
        try {
            return principals.stream().map(Assignment::parse).toList();
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.USAGE, "--principal: " + e.getMessage(), e);
        }
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
