package weft.publish.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the aggregator is. Confined to the command's thread. */
final class ConsoleOptions {
    private static final String DEFAULT = "http://127.0.0.1:20001";

    @Option(
            names = "--console",
            paramLabel = "URL",
            description = "The aggregator (else WEFT_CONSOLE, else " + DEFAULT + ").")
    private @Nullable String console;

    ConsoleClient client(Terminal terminal) {
        String url = console != null ? console : terminal.variable("WEFT_CONSOLE");
        return new ConsoleClient(url == null ? DEFAULT : url);
    }
}
