package weft.log;

/** Bytes that this build cannot read as a record; the code is stable for programs, the message is for people. */
public final class WireException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why the bytes could not be read. */
    public enum Code {
        /** Neither single-object encoding nor a form this build knows. */
        BAD_FRAME,
        /** The writer's schema is not known (yet): see the schemas topic. */
        UNKNOWN_SCHEMA,
        /** The writer's record type has no class in this build. */
        UNKNOWN_TYPE,
        /** The writer's schema is known, but is no version of the record that this build could read. */
        INCOMPATIBLE_SCHEMA,
        /** The rule says something that only a newer build has a word for. */
        UNKNOWN_SYMBOL,
        /** The body does not agree with its schema. */
        CORRUPT_BODY
    }

    private final Code code;

    public WireException(Code code, String message) {
        super(message);
        this.code = code;
    }

    public WireException(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public Code code() {
        return code;
    }

    /** Whether a newer build may have written this, rather than nobody who knows the format. */
    boolean isPerhapsNewer() {
        return code == Code.UNKNOWN_SCHEMA || code == Code.INCOMPATIBLE_SCHEMA;
    }
}
