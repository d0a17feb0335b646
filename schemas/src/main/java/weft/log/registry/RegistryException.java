package weft.log.registry;

/** A registry that does not do what it was asked; the message is for people and names the registry. */
public final class RegistryException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What kind of no it is. */
    public enum Reason {
        /** No answer in time, or none at all. */
        UNREACHABLE,
        /** It wants to know who asks, or does not want this one. */
        DENIED,
        /** It has no such subject, version or schema. */
        NOT_FOUND,
        /** The schema is no successor of the subject's versions before it. */
        INCOMPATIBLE,
        /** Whatever else it said. */
        REFUSED
    }

    private final Reason reason;

    RegistryException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    RegistryException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** An answer that this caller cannot do with. */
    public static RegistryException refused(String message) {
        return new RegistryException(Reason.REFUSED, message);
    }

    public Reason reason() {
        return reason;
    }
}
