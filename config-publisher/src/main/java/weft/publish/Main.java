package weft.publish;

import weft.publish.cli.Terminal;
import weft.publish.cli.WeftCommand;

/** Starts the {@code weft} command. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        Terminal terminal = Terminal.ofProcess();
        int exitCode = WeftCommand.run(terminal, args);
        // Ends at once: nobody waits for idle threads of a client that is already closed.
        System.exit(exitCode);
    }
}
