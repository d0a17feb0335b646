package weft.routing.route;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.routing.http.RequestHead;

/** The routes of a set of domains, first match wins. Immutable. */
public final class VirtualHost {
    /** Up to here trying each route is no slower than the index, and touches less memory: most hosts have few routes. */
    private static final int MAX_SCANNED = 4;

    private final String name;
    private final List<String> domains;
    private final List<Route> routes;
    private final boolean requireTls;
    private final Route[] scanned;
    private final @Nullable RouteIndex index;

    /**
     * Indexes the routes.
     *
     * @param domains lower-case exact names, {@code *.suffix} or {@code *}
     * @param requireTls plain requests are redirected to https (Istio Gateway, tls.httpsRedirect)
     */
    public VirtualHost(String name, List<String> domains, List<Route> routes, boolean requireTls) {
        this.name = name;
        this.domains = List.copyOf(domains);
        this.routes = List.copyOf(routes);
        this.requireTls = requireTls;
        boolean isShort = this.routes.size() <= MAX_SCANNED;
        this.scanned = isShort ? this.routes.toArray(new Route[0]) : new Route[0];
        this.index = isShort ? null : new RouteIndex(this.routes);
    }

    public String name() {
        return name;
    }

    public List<String> domains() {
        return domains;
    }

    public List<Route> routes() {
        return routes;
    }

    public boolean requireTls() {
        return requireTls;
    }

    /** The first route whose conditions all hold, or null: then the answer is 404 NR, never another virtual host. */
    public @Nullable Route match(RequestHead head) {
        if (index != null) {
            return index.first(head);
        }
        for (Route route : scanned) {
            if (route.match().matches(head)) {
                return route;
            }
        }
        return null;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof VirtualHost that
                && name.equals(that.name)
                && requireTls == that.requireTls
                && domains.equals(that.domains)
                && routes.equals(that.routes);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + routes.size();
    }

    @Override
    public String toString() {
        return "VirtualHost[" + name + " " + domains + " " + routes + "]";
    }
}
