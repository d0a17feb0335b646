package weft.routing.compile;

import com.google.re2j.Pattern;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.routing.route.DirectResponse;
import weft.routing.route.Forward;
import weft.routing.route.Mirror;
import weft.routing.route.PathRewrite;
import weft.routing.route.Redirect;
import weft.routing.route.RouteAction;
import weft.routing.route.StringMatcher;
import weft.routing.route.WeightedCluster;
import weft.schema.HTTPBody;
import weft.schema.HTTPDirectResponse;
import weft.schema.HTTPMirrorPolicy;
import weft.schema.HTTPRedirect;
import weft.schema.HTTPRewrite;
import weft.schema.HTTPRoute;
import weft.schema.HTTPRouteDestination;
import weft.schema.Headers;
import weft.schema.Percent;
import weft.schema.RedirectPortSelection;
import weft.schema.RegexRewrite;

/** What an http entry does, to {@link RouteAction}. Confined to one compilation. */
final class RouteActions {
    private static final int DEFAULT_REDIRECT = 301;
    private static final double ALL = 100;

    private final Destinations destinations;

    RouteActions(Destinations destinations) {
        this.destinations = destinations;
    }

    RouteAction compile(HTTPRoute entry, @Nullable StringMatcher path, String namespace, int port) {
        if (entry.getRedirect() != null) {
            return redirect(entry.getRedirect(), path, port);
        }
        if (entry.getDirectResponse() != null) {
            return directResponse(entry.getDirectResponse());
        }
        if (entry.getRoute().isEmpty()) {
            throw new RuleException("MissingRoute", "route: [] (expected: route, redirect or directResponse)");
        }
        Long timeout = entry.getTimeout();
        return new Forward(
                clusters(entry.getRoute(), namespace, port),
                rewrite(entry.getRewrite(), path),
                authority(entry),
                timeout == null ? 0 : timeout,
                Retries.compile(entry.getRetries(), entry.getRoute().size() == 1),
                Faults.compile(entry.getFault()),
                mirrors(entry, namespace, port));
    }

    private List<WeightedCluster> clusters(List<HTTPRouteDestination> route, String namespace, int port) {
        if (route.size() == 1) {
            return List.of(cluster(route.get(0), namespace, port, 1, null));
        }
        List<WeightedCluster> clusters = new ArrayList<>();
        for (HTTPRouteDestination target : route) {
            if (target.getWeight() < 0) {
                throw new RuleException("InvalidWeight", "route.weight: " + target.getWeight() + " (expected: >= 0)");
            }
            if (target.getWeight() > 0) {
                clusters.add(cluster(target, namespace, port, target.getWeight(), target.getHeaders()));
            }
        }
        if (clusters.isEmpty()) {
            throw new RuleException("InvalidWeight", "route.weight: all 0 (expected: one above 0)");
        }
        return clusters;
    }

    private WeightedCluster cluster(
            HTTPRouteDestination target, String namespace, int port, int weight, @Nullable Headers headers) {
        if (target.getDestination() == null) {
            throw new RuleException("MissingDestination", "route.destination: none (expected: a host)");
        }
        return new WeightedCluster(
                destinations.cluster(target.getDestination(), namespace, port),
                Destinations.host(target.getDestination(), namespace),
                target.getDestination().getSubset(),
                weight,
                HeaderEdits.compile(headers == null ? null : headers.getRequest()),
                HeaderEdits.compile(headers == null ? null : headers.getResponse()),
                requestAuthority(headers));
    }

    /** rewrite.authority beats the route's header, which beats that of a single destination. */
    private static @Nullable String authority(HTTPRoute entry) {
        if (entry.getRewrite() != null && !entry.getRewrite().getAuthority().isEmpty()) {
            return entry.getRewrite().getAuthority();
        }
        String route = requestAuthority(entry.getHeaders());
        if (route != null || entry.getRoute().size() != 1) {
            return route;
        }
        return requestAuthority(entry.getRoute().get(0).getHeaders());
    }

    private static @Nullable String requestAuthority(@Nullable Headers headers) {
        return headers == null ? null : HeaderEdits.authority(headers.getRequest());
    }

    private static @Nullable PathRewrite rewrite(@Nullable HTTPRewrite rewrite, @Nullable StringMatcher path) {
        if (rewrite == null) {
            return null;
        }
        if (rewrite.getUriRegexRewrite() != null) {
            RegexRewrite regex = rewrite.getUriRegexRewrite();
            Pattern pattern = Matches.pattern(regex.getMatch(), "rewrite.uriRegexRewrite.match");
            return new PathRewrite.Regex(pattern, Substitutions.toJava(regex.getRewrite(), pattern.groupCount()));
        }
        if (rewrite.getUri().isEmpty()) {
            return null;
        }
        int prefix = prefixLength(path);
        return prefix < 0 ? new PathRewrite.Full(rewrite.getUri()) : new PathRewrite.Prefix(prefix, rewrite.getUri());
    }

    /** Length of the prefix a route matches, 1 for one without a condition on the path, -1 when it matches no prefix. */
    private static int prefixLength(@Nullable StringMatcher path) {
        if (path == null) {
            return 1;
        }
        return path instanceof StringMatcher.Prefix prefix ? prefix.prefix().length() : -1;
    }

    /** The port of the request is that of the listener: each has a table of its own. */
    private static Redirect redirect(HTTPRedirect redirect, @Nullable StringMatcher path, int listenerPort) {
        int status = redirect.getRedirectCode() == 0 ? DEFAULT_REDIRECT : (int) redirect.getRedirectCode();
        if (status != 301 && status != 302 && status != 303 && status != 307 && status != 308) {
            throw new RuleException(
                    "InvalidRedirect", "redirect.redirectCode: " + status + " (expected: 301, 302, 303, 307 or 308)");
        }
        Integer port = redirect.getPort() == null ? null : redirect.getPort().intValue();
        if (port == null && redirect.getDerivePort() == RedirectPortSelection.FROM_REQUEST_PORT) {
            port = listenerPort;
        }
        return new Redirect(
                status,
                emptyToNull(redirect.getScheme()),
                emptyToNull(redirect.getAuthority()),
                emptyToNull(redirect.getUri()),
                emptyToNull(redirect.getPrefixRewrite()),
                Math.max(0, prefixLength(path)),
                port);
    }

    private static @Nullable String emptyToNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static DirectResponse directResponse(HTTPDirectResponse response) {
        return new DirectResponse((int) response.getStatus(), body(response.getBody()));
    }

    private static byte[] body(@Nullable HTTPBody body) {
        if (body == null) {
            return new byte[0];
        }
        if (body.getString() != null) {
            return body.getString().getBytes(StandardCharsets.UTF_8);
        }
        if (body.getBytes() == null) {
            return new byte[0];
        }
        byte[] copy = new byte[body.getBytes().remaining()];
        body.getBytes().duplicate().get(copy);
        return copy;
    }

    private List<Mirror> mirrors(HTTPRoute entry, String namespace, int port) {
        List<Mirror> mirrors = new ArrayList<>();
        if (entry.getMirror() != null) {
            double share = mirrorShare(entry);
            if (share > 0) {
                mirrors.add(new Mirror(destinations.cluster(entry.getMirror(), namespace, port), share));
            }
        }
        for (HTTPMirrorPolicy mirror : entry.getMirrors()) {
            Percent percentage = mirror.getPercentage();
            double share = percentage == null ? ALL : percentage.getValue();
            if (share > 0 && mirror.getDestination() != null) {
                mirrors.add(new Mirror(destinations.cluster(mirror.getDestination(), namespace, port), share));
            }
        }
        return mirrors;
    }

    private static double mirrorShare(HTTPRoute entry) {
        if (entry.getMirrorPercentage() != null) {
            return entry.getMirrorPercentage().getValue();
        }
        Long percent = entry.getMirrorPercent();
        return percent == null ? ALL : percent;
    }
}
