package weft.routing.route;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.routing.http.RequestHead;

/**
 * The routes of a set of domains, first match wins. Immutable.
 *
 * @param domains lower-case exact names, {@code *.suffix} or {@code *}
 * @param requireTls plain requests are redirected to https (Istio Gateway, tls.httpsRedirect)
 */
public record VirtualHost(String name, List<String> domains, List<Route> routes, boolean requireTls) {
    public VirtualHost {
        domains = List.copyOf(domains);
        routes = List.copyOf(routes);
    }

    /** The first route whose conditions all hold, or null: then the answer is 404 NR, never another virtual host. */
    public @Nullable Route match(RequestHead head) {
        for (int i = 0; i < routes.size(); i++) {
            Route route = routes.get(i);
            if (route.match().matches(head)) {
                return route;
            }
        }
        return null;
    }
}
