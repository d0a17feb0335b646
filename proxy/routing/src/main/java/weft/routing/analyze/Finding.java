package weft.routing.analyze;

import java.util.Collection;
import weft.rules.Rule;

/**
 * One thing that is wrong with a rule among the others. Immutable.
 *
 * @param path of the part in the spec, as {@code http[0].route[1].destination.subset}
 * @param typed the name that was not found, empty when the finding is about something else
 * @param known names that could have been meant
 */
public record Finding(
        FindingCode code, Rule rule, String path, String message, String typed, Collection<String> known) {}
