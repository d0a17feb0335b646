package weft.routing.compile;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.routing.registry.ServiceRegistry;
import weft.routing.route.HeaderOperations;
import weft.routing.route.Route;
import weft.routing.route.RouteAction;
import weft.routing.route.RouteMatch;
import weft.routing.route.RuleRef;
import weft.routing.route.StringMatcher;
import weft.routing.snapshot.ProxyIdentity;
import weft.rules.Rule;
import weft.schema.Destination;
import weft.schema.HTTPMatchRequest;
import weft.schema.HTTPRoute;
import weft.schema.HTTPRouteDestination;
import weft.schema.Headers;

/**
 * The http entries of a VirtualService to routes, for one proxy, port and set of gateways. Confined to one compilation.
 *
 * <p>Each match block becomes a route of its own; predicates on the proxy itself (port, source, gateways) are decided
 * here, so that they cost nothing per request.
 */
final class HttpRoutes {
    private static final ProxyIdentity NOBODY =
            new ProxyIdentity("", "default", Map.of(), "", "", "", ProxyIdentity.Mode.SIDECAR, List.of());

    private final ProxyIdentity identity;
    private final RouteActions actions;

    HttpRoutes(ProxyIdentity identity, Destinations destinations) {
        this.identity = identity;
        this.actions = new RouteActions(destinations);
    }

    /** Routes in order, up to the first that catches everything; empty when none is for this proxy and port. */
    List<Route> compile(VirtualServiceView service, int port, Set<String> gateways) {
        List<Route> routes = new ArrayList<>();
        for (HttpEntry entry : service.http()) {
            if (entry.route().getMatch().isEmpty()) {
                routes.add(route(service, entry, null, port));
                return routes;
            }
            for (HTTPMatchRequest match : entry.route().getMatch()) {
                if (!applies(match, service.namespace(), port, gateways)) {
                    continue;
                }
                Route route = route(service, entry, match, port);
                routes.add(route);
                if (isCatchAll(route.match())) {
                    return routes;
                }
            }
        }
        return routes;
    }

    /**
     * Compiles every entry and match, for no proxy in particular.
     *
     * @throws RuleException at the first that does not compile
     */
    static void check(VirtualServiceView service) {
        HttpRoutes routes = new HttpRoutes(NOBODY, new Destinations(ServiceRegistry.EMPTY, false));
        for (HttpEntry entry : service.http()) {
            // A delegate's entries may leave the action to its root.
            boolean isPart = service.hosts().isEmpty() && !Delegates.hasAction(entry.route());
            routes.check(service, isPart ? withAction(entry) : entry);
        }
        List<HTTPRoute> written = service.spec().getHttp();
        for (int i = 0; i < written.size(); i++) {
            if (written.get(i).getDelegate() != null) {
                routes.check(service, withAction(new HttpEntry(written.get(i), service.rule(), i)));
            }
        }
    }

    private void check(VirtualServiceView service, HttpEntry entry) {
        route(service, entry, null, 0);
        entry.route().getMatch().forEach(match -> route(service, entry, match, 0));
    }

    /** An entry that another one completes, with some destination in the place of what that will bring. */
    private static HttpEntry withAction(HttpEntry part) {
        HTTPRouteDestination any = HTTPRouteDestination.newBuilder()
                .setDestination(Destination.newBuilder().setHost("any").build())
                .build();
        HTTPRoute whole = HTTPRoute.newBuilder(part.route())
                .setDelegate(null)
                .setRoute(List.of(any))
                .build();
        return new HttpEntry(whole, part.source(), part.index());
    }

    private boolean applies(HTTPMatchRequest match, String namespace, int port, Set<String> gateways) {
        if (match.getPort() != 0 && match.getPort() != port) {
            return false;
        }
        if (!match.getGateways().isEmpty()) {
            return VirtualServiceView.gateways(match.getGateways(), namespace).stream()
                    .anyMatch(gateways::contains);
        }
        Map<String, String> labels = match.getSourceLabels();
        if (!identity.labels().entrySet().containsAll(labels.entrySet())) {
            return false;
        }
        return match.getSourceNamespace().isEmpty()
                || match.getSourceNamespace().equals(identity.namespace());
    }

    private Route route(VirtualServiceView service, HttpEntry from, @Nullable HTTPMatchRequest match, int port) {
        HTTPRoute entry = from.route();
        String path = "http[" + from.index() + "]";
        try {
            RouteMatch compiled = match == null ? RouteMatch.ANY : Matches.compile(match);
            RouteAction action = actions.compile(entry, compiled.path(), service.namespace(), port);
            return new Route(
                    name(entry, match),
                    compiled,
                    action,
                    headers(entry, true),
                    headers(entry, false),
                    ref(from.source(), path),
                    Cors.compile(entry.getCorsPolicy()));
        } catch (RuleException e) {
            throw new RuleException(e.code(), path + "." + e.getMessage());
        }
    }

    private static String name(HTTPRoute entry, @Nullable HTTPMatchRequest match) {
        return match == null || match.getName().isEmpty() ? entry.getName() : entry.getName() + "." + match.getName();
    }

    /** Edits of the route; those of a single destination come after them, of several before them, in the data path. */
    private static HeaderOperations headers(HTTPRoute entry, boolean request) {
        HeaderOperations own = side(entry.getHeaders(), request);
        if (entry.getRoute().size() != 1) {
            return own;
        }
        return HeaderEdits.atOneLevel(own, side(entry.getRoute().get(0).getHeaders(), request));
    }

    private static HeaderOperations side(@Nullable Headers headers, boolean request) {
        if (headers == null) {
            return HeaderOperations.NONE;
        }
        return HeaderEdits.compile(request ? headers.getRequest() : headers.getResponse());
    }

    static RuleRef ref(Rule rule, String path) {
        return new RuleRef(rule.key(), path, rule.metadata().getLines().getOrDefault(path, 0));
    }

    /** Whether no request is left for the routes after it: any path and no other condition. */
    static boolean isCatchAll(RouteMatch match) {
        boolean anyOther = match.method() == null
                && match.scheme() == null
                && match.authority() == null
                && match.headers().isEmpty()
                && match.queryParams().isEmpty();
        if (!anyOther || match.path() == null) {
            return anyOther;
        }
        if (match.path() instanceof StringMatcher.Prefix prefix) {
            return prefix.prefix().equals("/");
        }
        return match.path() instanceof StringMatcher.Regex regex
                && regex.pattern().pattern().equals(".*");
    }
}
