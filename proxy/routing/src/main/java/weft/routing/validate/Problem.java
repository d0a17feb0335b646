package weft.routing.validate;

/**
 * One finding about a rule. Immutable.
 *
 * @param path of the field inside the spec, as {@code http[0].route[0].weight}; empty for the rule as a whole
 * @param message the offending value and what was expected
 */
public record Problem(String path, String message, Severity severity) {

    /** An error keeps a rule from being published; a warning does not. */
    public enum Severity {
        ERROR,
        WARNING
    }

    @Override
    public String toString() {
        return path.isEmpty() ? message : path + ": " + message;
    }
}
