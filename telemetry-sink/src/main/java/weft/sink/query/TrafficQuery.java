package weft.sink.query;

import org.jspecify.annotations.Nullable;
import weft.schema.TrafficWindow;

/**
 * A question about traffic. Immutable.
 *
 * @param lastMillis how far back; 0 for all that is kept
 * @param service registry host name or its first label; null for all
 * @param reporter source, destination or both. A request between two proxies is told by both: counting one side alone
 *     counts it once
 */
public record TrafficQuery(
        long lastMillis, Grouping by, @Nullable String service, Reporter reporter) {
    /** What makes a row. */
    public enum Grouping {
        EDGE,
        SERVICE,
        ROUTE,
        SUBSET
    }

    /** Whose telling counts. */
    public enum Reporter {
        SOURCE,
        DESTINATION,
        BOTH
    }

    boolean takes(TrafficWindow window) {
        boolean isReporter = switch (reporter) {
            case SOURCE -> window.getReporter().equals("source");
            case DESTINATION -> window.getReporter().equals("destination");
            case BOTH -> true;
        };
        return isReporter && (service == null || isService(window.getDestinationService(), service));
    }

    /** Whether a host is meant by its whole name or by its first label. */
    public static boolean isService(String host, String name) {
        return host.equals(name) || (host.startsWith(name) && host.startsWith(".", name.length()));
    }
}
