package weft.routing.compile;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.Destination;
import weft.schema.HTTPMatchRequest;
import weft.schema.HTTPMirrorPolicy;
import weft.schema.HTTPRoute;
import weft.schema.HTTPRouteDestination;
import weft.schema.VirtualService;
import weft.schema.VirtualServiceSpec;

/**
 * Puts the routes of delegate VirtualServices in the place of the root routes that name them. Immutable.
 *
 * <p>One level deep: a delegate that delegates on loses that route. A delegate that is not there, or not exported to
 * the namespace of the root, leaves nothing behind.
 */
final class Delegates {
    static final Delegates NONE = new Delegates(Map.of());

    private final Map<RuleKey, Rule> rules;

    /** @param rules all that are in service */
    Delegates(Map<RuleKey, Rule> rules) {
        this.rules = rules;
    }

    /** Names of the delegates of a VirtualService, {@code namespace/name}, whether or not they are there. */
    static List<String> named(Rule root) {
        List<String> names = new ArrayList<>();
        for (HTTPRoute route : spec(root).getHttp()) {
            if (route.getDelegate() != null) {
                names.add(namespace(route, root) + "/" + route.getDelegate().getName());
            }
        }
        return names;
    }

    private static String namespace(HTTPRoute route, Rule root) {
        String named = route.getDelegate().getNamespace();
        return named.isEmpty() ? root.key().namespace() : named;
    }

    private static VirtualServiceSpec spec(Rule rule) {
        return ((VirtualService) rule.resource()).getSpec();
    }

    /** The http entries of a VirtualService, those of its delegates among them. */
    List<HttpEntry> entries(Rule root) {
        List<HttpEntry> entries = new ArrayList<>();
        List<HTTPRoute> routes = spec(root).getHttp();
        for (int i = 0; i < routes.size(); i++) {
            HTTPRoute route = routes.get(i);
            if (route.getDelegate() == null) {
                entries.add(new HttpEntry(route, root, i));
                continue;
            }
            String viewer = root.key().namespace();
            Rule delegate = delegate(namespace(route, root), route.getDelegate().getName(), viewer);
            if (delegate != null) {
                add(resolved(route, viewer), delegate, entries);
            }
        }
        return entries;
    }

    private @Nullable Rule delegate(String namespace, String name, String viewer) {
        if (name.isEmpty()) {
            return null;
        }
        Rule delegate = rules.get(new RuleKey("VirtualService", namespace, name));
        return delegate != null
                        && spec(delegate).getHosts().isEmpty()
                        && ExportTo.isVisible(spec(delegate).getExportTo(), namespace, viewer)
                ? delegate
                : null;
    }

    private static void add(HTTPRoute root, Rule delegate, List<HttpEntry> to) {
        List<HTTPRoute> routes = spec(delegate).getHttp();
        for (int i = 0; i < routes.size(); i++) {
            HTTPRoute route = routes.get(i);
            HTTPRoute merged = route.getDelegate() == null
                    ? merge(root, resolved(route, delegate.key().namespace()))
                    : null;
            if (merged != null && hasAction(merged)) {
                to.add(new HttpEntry(merged, delegate, i));
            }
        }
    }

    /** Neither root nor delegate need one for itself, but together they must have it. */
    static boolean hasAction(HTTPRoute route) {
        return !route.getRoute().isEmpty() || route.getRedirect() != null || route.getDirectResponse() != null;
    }

    /** What the delegate leaves unset is taken from the root; null when their matches contradict each other. */
    static @Nullable HTTPRoute merge(HTTPRoute root, HTTPRoute delegate) {
        List<HTTPMatchRequest> match = DelegateMatches.merge(root.getMatch(), delegate.getMatch());
        if (match == null) {
            return null;
        }
        HTTPRoute.Builder merged = HTTPRoute.newBuilder(delegate);
        merged.setMatch(match);
        merged.setName(DelegateMatches.join(root.getName(), delegate.getName()));
        if (delegate.getRewrite() == null) {
            merged.setRewrite(root.getRewrite());
        }
        if (delegate.getDirectResponse() == null) {
            merged.setDirectResponse(root.getDirectResponse());
        }
        if (delegate.getTimeout() == null) {
            merged.setTimeout(root.getTimeout());
        }
        if (delegate.getRetries() == null) {
            merged.setRetries(root.getRetries());
        }
        if (delegate.getFault() == null) {
            merged.setFault(root.getFault());
        }
        if (delegate.getCorsPolicy() == null) {
            merged.setCorsPolicy(root.getCorsPolicy());
        }
        if (delegate.getHeaders() == null) {
            merged.setHeaders(root.getHeaders());
        }
        mirrors(root, delegate, merged);
        return merged.build();
    }

    private static void mirrors(HTTPRoute root, HTTPRoute delegate, HTTPRoute.Builder merged) {
        if (delegate.getMirror() == null) {
            merged.setMirror(root.getMirror());
        }
        if (delegate.getMirrorPercent() == null) {
            merged.setMirrorPercent(root.getMirrorPercent());
        }
        if (delegate.getMirrorPercentage() == null) {
            merged.setMirrorPercentage(root.getMirrorPercentage());
        }
        if (delegate.getMirrors().isEmpty()) {
            merged.setMirrors(root.getMirrors());
        }
    }

    /** With the short names of its own namespace completed, before it meets an entry of another. */
    private static HTTPRoute resolved(HTTPRoute route, String namespace) {
        List<HTTPMatchRequest> matches = new ArrayList<>();
        for (HTTPMatchRequest match : route.getMatch()) {
            boolean isForAll = match.getGateways().isEmpty();
            matches.add(HTTPMatchRequest.newBuilder(match)
                    .setGateways(
                            isForAll
                                    ? List.of()
                                    : List.copyOf(VirtualServiceView.gateways(match.getGateways(), namespace)))
                    .build());
        }
        List<HTTPRouteDestination> targets = new ArrayList<>();
        for (HTTPRouteDestination target : route.getRoute()) {
            targets.add(HTTPRouteDestination.newBuilder(target)
                    .setDestination(resolved(target.getDestination(), namespace))
                    .build());
        }
        List<HTTPMirrorPolicy> mirrors = new ArrayList<>();
        for (HTTPMirrorPolicy mirror : route.getMirrors()) {
            mirrors.add(HTTPMirrorPolicy.newBuilder(mirror)
                    .setDestination(resolved(mirror.getDestination(), namespace))
                    .build());
        }
        return HTTPRoute.newBuilder(route)
                .setMatch(matches)
                .setRoute(targets)
                .setMirrors(mirrors)
                .setMirror(resolved(route.getMirror(), namespace))
                .build();
    }

    private static @Nullable Destination resolved(@Nullable Destination destination, String namespace) {
        return destination == null
                ? null
                : Destination.newBuilder(destination)
                        .setHost(Destinations.host(destination, namespace))
                        .build();
    }
}
