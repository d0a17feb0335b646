package weft.publish.yaml;

import java.util.List;
import weft.rules.Rule;

/** Judges a resource that is well formed: what its schema cannot say. Pure. */
@FunctionalInterface
public interface RuleCheck {
    /** Finds nothing, for tests of the form alone. */
    RuleCheck NONE = rule -> List.of();

    /**
     * Something wrong with a resource.
     *
     * @param path of the part in the spec, as {@code http[0].route[1].weight}; empty for the resource as a whole
     */
    record Finding(String path, Diagnostic.Severity severity, String message) {}

    List<Finding> check(Rule rule);
}
