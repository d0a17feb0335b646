package weft.publish.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import picocli.CommandLine.Option;

/** The option that allows a bundle to delete much at once, and the question to whom it was not given. Confined to one thread. */
final class WipeGuard {
    /** Fewer are no wipe, whatever their share. */
    private static final int FEW = 5;
    /** Deleting more than one in this many is more often a wrong folder than a wish. */
    private static final int SHARE = 4;

    static final String RULE = "Deleting 5 rules or more, and more than a quarter of those in force, needs --yes.";

    @Option(
            names = {"-y", "--yes"},
            description = RULE)
    private boolean yes;

    @Option(names = "--no-input", description = "Never ask; fail instead.")
    private boolean noInput;

    /** Whether so many deletions of so many rules are to be asked for. */
    static boolean isWipe(long deletions, long rules) {
        return deletions >= FEW && deletions * SHARE > rules;
    }

    /** Whether so many deletions could be a wipe; else the rules need not be counted. */
    boolean isDue(long deletions) {
        return !yes && deletions >= FEW;
    }

    /**
     * Lets a bundle pass that deletes little, was allowed, or that the person at the terminal agrees to.
     *
     * @param inputIsTaken whether the rules themselves come from standard input
     * @throws CommandFailure when it may not go on
     */
    void require(long deletions, long rules, boolean inputIsTaken, Terminal terminal) {
        if (yes || !isWipe(deletions, rules)) {
            return;
        }
        String what = "this deletes " + deletions + " of " + rules + " rules in force";
        if (noInput || inputIsTaken || !terminal.interactive()) {
            throw new CommandFailure(ExitCode.USAGE, what + "; nothing was published (if that is meant, add --yes)");
        }
        terminal.err().print(what.substring(0, 1).toUpperCase(Locale.ROOT) + what.substring(1) + ". Go on? [y/N] ");
        terminal.err().flush();
        if (!isYes(terminal)) {
            throw new CommandFailure(ExitCode.USAGE, "nothing was published");
        }
    }

    private static boolean isYes(Terminal terminal) {
        try {
            String answer = new BufferedReader(new InputStreamReader(terminal.in(), StandardCharsets.UTF_8)).readLine();
            return answer != null && answer.strip().toLowerCase(Locale.ROOT).matches("y|yes");
        } catch (IOException e) {
            return false;
        }
    }
}
