package weft.routing.explain;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.routing.ratelimit.RateLimit;
import weft.routing.route.Route;
import weft.routing.snapshot.Listener;

/**
 * Where a call goes, and why. Immutable.
 *
 * @param listener it arrived at, or null when nothing listens there
 * @param virtualHost name of the one its authority chose, empty for none
 * @param domains that the virtual host answers to
 * @param path normalised; as sent when it was refused
 * @param route that matched, or null
 * @param delaysMillis how long an injected delay holds this call, 0 for not at all
 * @param trace every route of the virtual host in order; empty when it was not asked for
 * @param unused what was said for the host and is no route here; empty when it was not asked for
 * @param notes what a reader should know besides
 * @param rateLimits that count the request, if it has what they count by, before anything is done with it
 */
public record Explanation(
        Call call,
        @Nullable Listener listener,
        String virtualHost,
        List<String> domains,
        String path,
        @Nullable Route route,
        Answer answer,
        long delaysMillis,
        List<TracedRoute> trace,
        List<UnusedRule> unused,
        List<String> notes,
        List<RateLimit> rateLimits) {
    public Explanation {
        domains = List.copyOf(domains);
        trace = List.copyOf(trace);
        unused = List.copyOf(unused);
        notes = List.copyOf(notes);
        rateLimits = List.copyOf(rateLimits);
    }
}
