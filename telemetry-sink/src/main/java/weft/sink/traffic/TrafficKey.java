package weft.sink.traffic;

import java.util.ArrayList;
import java.util.List;
import weft.schema.TrafficWindow;

/**
 * What a traffic window is counted by: who told, the edge, the subset, the route and the rule. Immutable.
 *
 * <p>{@link #text} is the key of the traffic topic's records without the window, and stays the same for ever: consumers
 * keep one value per key.
 */
public record TrafficKey(
        String reporter,
        String sourceWorkload,
        String sourceNamespace,
        String destinationService,
        String destinationNamespace,
        String destinationWorkload,
        String destinationVersion,
        String subset,
        String routeName,
        String ruleRef,
        String protocol) {
    private static final char SEPARATOR = '|';
    private static final String OTHER = "other";

    public static TrafficKey of(TrafficWindow window) {
        return new TrafficKey(
                window.getReporter(),
                window.getSourceWorkload(),
                window.getSourceNamespace(),
                window.getDestinationService(),
                window.getDestinationNamespace(),
                window.getDestinationWorkload(),
                window.getDestinationVersion(),
                window.getSubset(),
                window.getRouteName(),
                window.getRuleRef(),
                window.getProtocol());
    }

    /** Where traffic is counted once there are too many keys: nothing is lost but the detail. */
    public TrafficKey overflow() {
        return new TrafficKey(reporter, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, "", "", "", "");
    }

    /** The parts in order, joined by a bar; bars and percent signs inside a part are percent-encoded. */
    public String text() {
        StringBuilder out = new StringBuilder(160);
        for (String part : parts()) {
            if (!out.isEmpty()) {
                out.append(SEPARATOR);
            }
            out.append(part.replace("%", "%25").replace("|", "%7C"));
        }
        return out.toString();
    }

    /** Key of one window's record on the traffic topic. */
    public static String recordKey(String keyText, long windowStart) {
        return keyText + SEPARATOR + windowStart;
    }

    private List<String> parts() {
        List<String> parts = new ArrayList<>(11);
        // The first part is never empty, so that an empty builder means the beginning.
        parts.add(reporter.isEmpty() ? "unknown" : reporter);
        parts.add(sourceNamespace);
        parts.add(sourceWorkload);
        parts.add(destinationNamespace);
        parts.add(destinationService);
        parts.add(destinationWorkload);
        parts.add(destinationVersion);
        parts.add(subset);
        parts.add(routeName);
        parts.add(ruleRef);
        parts.add(protocol);
        return parts;
    }
}
