package weft.routing.compile;

/** A rule that cannot be compiled: says which part and why, in words for its author. */
final class RuleException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String code;

    RuleException(String code, String text) {
        super(text);
        this.code = code;
    }

    String code() {
        return code;
    }
}
