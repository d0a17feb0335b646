package weft.proxy.exchange;

import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import weft.routing.http.Headers;
import weft.routing.route.Route;
import weft.routing.route.RouteMatch;
import weft.routing.route.VirtualHost;

/**
 * Which request headers the routes of a virtual host look at: these go into the access log, so that a request can be
 * replayed against other rules. Confined to the event loop.
 */
public final class MatchHeaders {
    /** Virtual hosts remembered; unchanged ones are the same object in the next snapshot, others fall out by and by. */
    private static final int MAX_REMEMBERED = 4_096;

    /** Names kept of one virtual host: rules with more are replayed by those alone. */
    private static final int MAX_NAMES = 16;

    /** Bytes of a value that go into the log. */
    private static final int MAX_VALUE_LENGTH = 256;

    private final Map<VirtualHost, String[]> names = new IdentityHashMap<>();

    Map<String, String> of(VirtualHost host, Headers headers) {
        String[] ofInterest = names.get(host);
        if (ofInterest == null) {
            ofInterest = collect(host);
            if (names.size() >= MAX_REMEMBERED) {
                names.clear();
            }
            names.put(host, ofInterest);
        }
        return ofInterest.length == 0 ? Map.of() : values(ofInterest, headers);
    }

    private static Map<String, String> values(String[] ofInterest, Headers headers) {
        Map<String, String> values = new TreeMap<>();
        for (String name : ofInterest) {
            @Nullable String value = headers.joined(name);
            if (value != null) {
                values.put(name, value.length() <= MAX_VALUE_LENGTH ? value : value.substring(0, MAX_VALUE_LENGTH));
            }
        }
        return values;
    }

    private static String[] collect(VirtualHost host) {
        Set<String> found = new LinkedHashSet<>();
        for (Route route : host.routes()) {
            for (RouteMatch.HeaderMatch match : route.match().headers()) {
                if (found.size() < MAX_NAMES) {
                    found.add(match.name());
                }
            }
        }
        return found.toArray(String[]::new);
    }
}
