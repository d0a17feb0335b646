package weft.publish.cli;

import weft.log.ApplyReport;

/** A line on a person's screen that counts proxies as they answer; silent elsewhere. Confined to one thread. */
final class Progress {
    private static final String CLEAR_LINE = "\r\u001b[K";
    private static final int BAR_CELLS = 20;
    private static final int SHOWN_PROXIES = 3;

    private final Terminal terminal;
    private boolean shown;

    Progress(Terminal terminal) {
        this.terminal = terminal;
    }

    void show(ApplyReport report) {
        if (!terminal.interactive() || report.answers().isEmpty()) {
            return;
        }
        int live = report.answers().size();
        int answered = live - report.with(ApplyReport.Outcome.SILENT).size();
        int full = BAR_CELLS * answered / live;
        terminal.err()
                .print(CLEAR_LINE + "█".repeat(full) + "░".repeat(BAR_CELLS - full) + " "
                        + ProxyAnswers.progress(report, SHOWN_PROXIES));
        terminal.err().flush();
        shown = true;
    }

    void clear() {
        if (shown) {
            terminal.err().print(CLEAR_LINE);
            terminal.err().flush();
        }
    }
}
