package weft.routing.analyze;

import java.util.Collection;
import java.util.Set;
import weft.rules.Rule;

/**
 * One thing that is wrong with a rule among the others. Immutable.
 *
 * @param path of the part in the spec, as {@code http[0].route[1].destination.subset}
 * @param typed the name that was not found, empty when the finding is about something else
 * @param known names that could have been meant
 */
public record Finding(
        FindingCode code, Rule rule, String path, String message, String typed, Collection<String> known) {
    private static final Set<String> HOSTS = Set.of("ServiceEntry", "Service");

    /** Kinds of documents that could declare what is missed here; empty when nothing is. */
    public Set<String> declaredBy() {
        return switch (code) {
            case IST0174, WFT0205 -> HOSTS;
            case IST0101 -> {
                if (path.startsWith("gateways[")) {
                    yield Set.of("Gateway");
                }
                if (path.startsWith("targetRef")) {
                    yield Set.of("Gateway", "VirtualService", "ServiceEntry", "Service");
                }
                if (path.endsWith("delegate.name")) {
                    yield Set.of("VirtualService");
                }
                yield path.endsWith("subset") ? Set.of("DestinationRule") : HOSTS;
            }
            default -> Set.of();
        };
    }
}
