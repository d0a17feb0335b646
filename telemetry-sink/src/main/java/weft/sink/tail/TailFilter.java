package weft.sink.tail;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import weft.schema.AccessLogEntry;
import weft.sink.query.TrafficQuery;

/**
 * Which requests a watcher wants. Immutable.
 *
 * @param service destination's host name or first label; null for all
 * @param from source workload, its app, or null for all
 * @param path a path, or a prefix that ends in a star; null for all
 * @param statuses codes as 404 and classes as 5xx; empty for all
 * @param flags response flags, any of them; empty for all
 * @param slowerMicros only requests that took longer
 */
public record TailFilter(
        @Nullable String service,
        @Nullable String from,
        @Nullable String path,
        List<String> statuses,
        List<String> flags,
        long slowerMicros) {
    public static final TailFilter ALL = new TailFilter(null, null, null, List.of(), List.of(), 0);

    public TailFilter {
        statuses = List.copyOf(statuses);
        flags = List.copyOf(flags);
        for (String status : statuses) {
            if (!status.toLowerCase(Locale.ROOT).matches("[1-5]xx|[0-9]{1,3}")) {
                throw new IllegalArgumentException(
                        "status: \"" + status + "\" (expected: a code as 404 or a class as 5xx)");
            }
        }
    }

    public boolean takes(AccessLogEntry entry) {
        return (service == null || TrafficQuery.isService(entry.getDestinationService(), service))
                && (from == null || from.equals(entry.getSourceWorkload()) || from.equals(entry.getSourceApp()))
                && (path == null || takesPath(path, entry.getPath()))
                && (statuses.isEmpty() || takesStatus(entry.getResponseCode()))
                && (flags.isEmpty() || takesFlags(entry.getResponseFlags()))
                && (slowerMicros == 0 || entry.getDurationMicros() > slowerMicros);
    }

    private static boolean takesPath(String wanted, String path) {
        return wanted.endsWith("*")
                ? path.startsWith(wanted.substring(0, wanted.length() - 1))
                : path.equals(wanted) || path.startsWith(wanted + "?");
    }

    private boolean takesStatus(int code) {
        for (String status : statuses) {
            boolean isClass = status.toLowerCase(Locale.ROOT).endsWith("xx");
            if (isClass ? code / 100 == status.charAt(0) - '0' : code == Integer.parseInt(status)) {
                return true;
            }
        }
        return false;
    }

    private boolean takesFlags(String joined) {
        for (String flag : joined.split(",", -1)) {
            if (flags.contains(flag)) {
                return true;
            }
        }
        return false;
    }
}
