package weft.publish.cli;

/** A line on a person's screen that counts proxies as they answer; silent elsewhere. Confined to one thread. */
final class Progress {
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final Terminal terminal;
    private int answers;

    Progress(Terminal terminal) {
        this.terminal = terminal;
    }

    void answered() {
        answers++;
        if (terminal.interactive()) {
            terminal.err().print(CLEAR_LINE + "waiting for proxies: " + answers + " answered");
            terminal.err().flush();
        }
    }

    void clear() {
        if (terminal.interactive() && answers > 0) {
            terminal.err().print(CLEAR_LINE);
            terminal.err().flush();
        }
    }
}
