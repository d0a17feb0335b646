package weft.log;

/** The log is reachable, but cannot be read or written as it stands; the message says why and what to do. */
public final class RuleLogException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RuleLogException(String message) {
        super(message);
    }

    public RuleLogException(String message, Throwable cause) {
        super(message, cause);
    }
}
