package weft.publish.explain;

/** A request that no client could send, or that cannot be read; the message says what was expected. */
public final class BadCallException extends Exception {
    private static final long serialVersionUID = 1L;

    BadCallException(String message) {
        super(message);
    }
}
