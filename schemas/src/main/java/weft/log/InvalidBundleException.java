package weft.log;

import java.util.List;
import java.util.stream.Collectors;

/** A bundle whose result would not compile; nothing was written. */
public final class InvalidBundleException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // a list of records of strings
    private final List<Problem> problems;

    public InvalidBundleException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    public List<Problem> problems() {
        return problems;
    }
}
