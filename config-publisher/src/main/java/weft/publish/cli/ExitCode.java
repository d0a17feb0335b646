package weft.publish.cli;

/** How a command ends, for scripts; the numbers follow sysexits and are a promise. */
public enum ExitCode {
    OK(0, "done"),
    FAILED(1, "failed for a reason that has no code of its own"),
    USAGE(64, "the command line is wrong"),
    BAD_RULES(65, "a rule file is wrong; nothing was published"),
    KAFKA_UNREACHABLE(69, "Kafka, or the aggregator, cannot be reached"),
    TIMED_OUT(75, "not every proxy answered in time"),
    DENIED(77, "Kafka denies it"),
    FINDINGS(79, "analyze found what --fail-on names"),
    REJECTED(80, "a proxy rejected a rule"),
    CONFLICT(81, "somebody else published first"),
    INTERRUPTED(130, "Ctrl-C");

    private final int number;
    private final String meaning;

    ExitCode(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    public int number() {
        return number;
    }

    public String meaning() {
        return meaning;
    }
}
