package weft.publish.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import weft.publish.log.MeshCheck;
import weft.publish.log.MeshCheck.Finding;
import weft.publish.log.MeshCheck.Verdict;

/** {@code weft check}: whether brokers, topics and proxies are as they must be. */
@Command(
        name = "check",
        header = {"Examples:", "  weft check", "  weft check --kafka broker:9092 --kafka-config client.properties", ""},
        description = "Looks at brokers, topics and proxies, changing nothing. Ends with 1 when something is broken.",
        mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    CheckCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        List<Finding> findings = new MeshCheck(kafka.mesh(terminal)).run();
        for (Finding finding : findings) {
            String mark = switch (finding.verdict()) {
                case FINE -> "✔";
                case DOUBTFUL -> "▲";
                case BROKEN -> "✘";
            };
            terminal.print(Table.safe(mark + " " + finding.subject() + ": " + finding.text()));
        }
        boolean broken = findings.stream().anyMatch(f -> f.verdict() == Verdict.BROKEN);
        return (broken ? ExitCode.FAILED : ExitCode.OK).number();
    }
}
