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
        /** The writer's record type, or one inside of it, has no class in this build. */
        UNKNOWN_TYPE,
        /** The writer's schema is known, but is no version of the record that this build could read. */
        INCOMPATIBLE_SCHEMA,
        /** The rule has a symbol that only a newer build knows. */
        UNKNOWN_SYMBOL,
        /** The rule has a field, other than its default, that only a newer build knows. */
        UNKNOWN_FIELD,
        /** The body does not agree with its schema. */
        CORRUPT_BODY;

        /** Whether a newer build may have written this: to write over it may lose what only that one knows. */
        boolean isPerhapsNewer() {
            return this != BAD_FRAME && this != CORRUPT_BODY;
        }
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

    /** Whether the schema may be a newer build's of a record that this build has, rather than of nothing it could read. */
    boolean isPerhapsNewerSchema() {
        return code == Code.UNKNOWN_SCHEMA || code == Code.INCOMPATIBLE_SCHEMA;
    }
}
