package weft.routing.validate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import weft.schema.HTTPMatchRequest;
import weft.schema.HTTPRoute;
import weft.schema.StringMatch;
import weft.schema.TCPRoute;
import weft.schema.TLSRoute;
import weft.schema.VirtualServiceSpec;

/** Routes that no request can reach, as far as one rule tells. Thread-safe: functions only. */
final class Reachability {
    private Reachability() {}

    static void check(VirtualServiceSpec spec, Problems problems) {
        List<List<HTTPMatchRequest>> http =
                spec.getHttp().stream().map(HTTPRoute::getMatch).toList();
        inOrder("http", http, Reachability::unnamed, problems);
        prefixes(http, problems);
        inOrder("tcp", spec.getTcp().stream().map(TCPRoute::getMatch).toList(), UnaryOperator.identity(), problems);
        inOrder("tls", spec.getTls().stream().map(TLSRoute::getMatch).toList(), UnaryOperator.identity(), problems);
    }

    /** The name of a match says nothing of what it matches. */
    private static HTTPMatchRequest unnamed(HTTPMatchRequest match) {
        return match.getName().isEmpty()
                ? match
                : HTTPMatchRequest.newBuilder(match).setName("").build();
    }

    /** Everything after an entry without match is dead; so is a match that stood before. */
    private static <M> void inOrder(String field, List<List<M>> routes, UnaryOperator<M> bare, Problems problems) {
        Map<M, Integer> seen = new HashMap<>();
        int catchAll = -1;
        for (int i = 0; i < routes.size(); i++) {
            if (catchAll >= 0) {
                problems.at(field, i).warning("is never reached (" + field + "[" + catchAll + "] takes every request)");
            } else if (routes.get(i).isEmpty()) {
                catchAll = i;
            }
            for (int m = 0; catchAll < 0 && m < routes.get(i).size(); m++) {
                Integer before = seen.putIfAbsent(bare.apply(routes.get(i).get(m)), i);
                if (before != null) {
                    problems.at(field, i)
                            .at("match", m)
                            .warning("is never reached (" + field + "[" + before + "] has the same match)");
                }
            }
        }
    }

    private record Placed(int route, int match, HTTPMatchRequest request) {}

    /** A match by prefix is dead when a shorter prefix before it asks for nothing that it does not ask for too. */
    private static void prefixes(List<List<HTTPMatchRequest>> routes, Problems problems) {
        Map<String, List<Placed>> byPrefix = new HashMap<>();
        for (int i = 0; i < routes.size() && !routes.get(i).isEmpty(); i++) {
            for (int m = 0; m < routes.get(i).size(); m++) {
                Placed here = new Placed(i, m, routes.get(i).get(m));
                String prefix = prefix(here.request());
                Placed wider = prefix == null ? null : wider(here, prefix, byPrefix);
                if (wider != null) {
                    problems.at("http", i)
                            .at("match", m)
                            .warning("is never reached (http[" + wider.route() + "].match[" + wider.match()
                                    + "] takes every request of it)");
                } else if (prefix != null) {
                    byPrefix.computeIfAbsent(prefix, p -> new ArrayList<>()).add(here);
                }
            }
        }
    }

    private static @Nullable String prefix(HTTPMatchRequest match) {
        return match.getUri() == null ? null : match.getUri().getPrefix();
    }

    private static @Nullable Placed wider(Placed here, String prefix, Map<String, List<Placed>> byPrefix) {
        for (int length = 1; length < prefix.length(); length++) {
            for (Placed before : byPrefix.getOrDefault(prefix.substring(0, length), List.of())) {
                if (isWider(before.request(), here.request())) {
                    return before;
                }
            }
        }
        return null;
    }

    private static boolean isWider(HTTPMatchRequest a, HTTPMatchRequest b) {
        return isWider(a.getMethod(), b.getMethod())
                && isWider(a.getAuthority(), b.getAuthority())
                && isWider(a.getScheme(), b.getScheme())
                && (a.getPort() == 0 || a.getPort() == b.getPort())
                && b.getHeaders().entrySet().containsAll(a.getHeaders().entrySet())
                && b.getWithoutHeaders()
                        .entrySet()
                        .containsAll(a.getWithoutHeaders().entrySet())
                && b.getQueryParams().entrySet().containsAll(a.getQueryParams().entrySet())
                && b.getSourceLabels()
                        .entrySet()
                        .containsAll(a.getSourceLabels().entrySet())
                && (a.getSourceNamespace().isEmpty() || a.getSourceNamespace().equals(b.getSourceNamespace()))
                && a.getGateways().equals(b.getGateways())
                && a.getIgnoreUriCase() == b.getIgnoreUriCase();
    }

    private static boolean isWider(@Nullable StringMatch a, @Nullable StringMatch b) {
        return a == null || a.equals(b);
    }
}
