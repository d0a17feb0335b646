package weft.routing.explain;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.routing.route.HeaderOperations.Field;

/**
 * A request as its client sends it. Immutable.
 *
 * @param scheme http, https, or null for what the port speaks
 * @param path with query, not yet normalised
 * @param headers in order, names in lower case, without {@code host}
 * @param port the client addressed; 0 for that of the authority, or else of the scheme
 * @param draw stands for all chance, not negative; null when nothing is drawn: then weights pick the first destination
 *     and faults below 100 % spare the request
 */
public record Call(
        String method,
        @Nullable String scheme,
        String authority,
        String path,
        List<Field> headers,
        int port,
        @Nullable Long draw) {
    public Call {
        headers = List.copyOf(headers);
    }
}
