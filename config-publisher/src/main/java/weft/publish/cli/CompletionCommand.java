package weft.publish.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code weft completion}: the script a shell sources. */
@Command(
        name = "completion",
        header = {
            "Examples:",
            "  source <(weft completion bash)",
            "  weft completion zsh > ~/.weft-completion && echo 'source ~/.weft-completion' >> ~/.zshrc",
            ""
        },
        description = "Prints a script that completes weft's commands and options in a shell.",
        mixinStandardHelpOptions = true)
final class CompletionCommand implements Callable<Integer> {
    private static final List<String> SHELLS = List.of("bash", "zsh");

    private final Terminal terminal;

    @Parameters(paramLabel = "bash|zsh", description = "The shell; one script serves both.")
    private String shell = "bash";

    CompletionCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (!SHELLS.contains(shell)) {
            throw new CommandFailure(
                    ExitCode.USAGE, "shell: \"" + shell + "\" (expected: " + String.join(" or ", SHELLS) + ")");
        }
        terminal.print(AutoComplete.bash("weft", WeftCommand.commandLine(terminal)));
        return ExitCode.OK.number();
    }
}
