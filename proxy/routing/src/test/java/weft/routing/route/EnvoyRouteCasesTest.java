package weft.routing.route;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import weft.routing.CaseTally;
import weft.routing.Conformance;
import weft.routing.http.RequestHead;
import weft.routing.route.RouteMatch.HeaderMatch;
import weft.routing.route.RouteMatch.QueryMatch;

/** Envoy's route tables with requests, as far as Istio's API can say them: host choice, matching, path rewriting. */
class EnvoyRouteCasesTest {
    /** Envoy's own matchers and actions that no Istio rule leads to. */
    private static final Set<String> BEYOND_ISTIO = Set.of(
            "range_match",
            "path_match_policy",
            "path_rewrite_policy",
            "runtime_fraction",
            "cluster_header",
            "path_separated_prefix",
            "redirect",
            "weighted_clusters");

    private static final String OPAQUE = "opaque ";

    @Test
    void requestsReachTheClusterEnvoyGivesThem() {
        CaseTally tally = new CaseTally("envoy-route-config-cases");
        for (JsonNode config : Conformance.json("envoy-route-config-cases.json").get("configs")) {
            RouteTable table = table(config.get("routeConfiguration"));
            for (JsonNode c : config.get("cases")) {
                if (table == null || !sayable(c.get("expect"))) {
                    tally.leaveOut("beyond Istio's API");
                    continue;
                }
                VirtualHost host =
                        table.virtualHost(c.get("request").get("authority").asText());
                if (host != null && host.name().startsWith(OPAQUE)) {
                    tally.leaveOut("beyond Istio's API");
                    continue;
                }
                tally.add(config.get("id").asText() + " " + c.get("request"), check(table, c));
            }
        }
        tally.report();
    }

    private static boolean sayable(JsonNode expect) {
        return expect.has("cluster") || expect.has("noRoute") || expect.has("pathAfterRewrite");
    }

    private static String check(RouteTable table, JsonNode c) {
        JsonNode request = c.get("request");
        RequestHead head = new RequestHead();
        head.reset(
                request.path("method").asText("GET"),
                "http",
                request.get("authority").asText(),
                request.get("path").asText());
        for (JsonNode header : request.path("headers")) {
            head.headers()
                    .add(
                            header.get(0).asText().toLowerCase(Locale.ROOT),
                            header.get(1).asText());
        }
        VirtualHost host = table.virtualHost(head.authority());
        Route route = host == null ? null : host.match(head);
        JsonNode expect = c.get("expect");
        if (expect.has("noRoute")) {
            return route == null ? "" : "reached " + route.name() + " (expected: no route)";
        }
        if (route == null) {
            return "no route (expected: " + expect + ")";
        }
        if (!(route.action() instanceof Forward forward)) {
            return expect.has("cluster") ? "answered (expected: " + expect + ")" : "";
        }
        String cluster = forward.clusters().get(0).cluster();
        PathRewrite rewrite = forward.rewrite();
        String path = rewrite == null ? head.path() : rewrite.rewrite(head);
        if (!expect.path("cluster").asText(cluster).equals(cluster)) {
            return cluster + " (expected: " + expect + ")";
        }
        return expect.path("pathAfterRewrite").asText(path).equals(path) ? "" : path + " (expected: " + expect + ")";
    }

    private static @Nullable RouteTable table(JsonNode configuration) {
        List<VirtualHost> hosts = new ArrayList<>();
        for (JsonNode host : configuration.get("virtual_hosts")) {
            List<String> domains = new ArrayList<>();
            for (JsonNode domain : host.get("domains")) {
                if (domain.asText().indexOf('*') > 0) {
                    return null;
                }
                domains.add(domain.asText().replaceFirst(":\\d+$", ""));
            }
            boolean opaque = BEYOND_ISTIO.stream().anyMatch(field -> host.findValue(field) != null);
            List<Route> routes = new ArrayList<>();
            for (JsonNode route : opaque ? List.<JsonNode>of() : host.path("routes")) {
                routes.add(route(route));
            }
            String name = (opaque ? OPAQUE : "") + host.get("name").asText();
            hosts.add(new VirtualHost(name, domains, routes, false));
        }
        return new RouteTable(hosts);
    }

    private static Route route(JsonNode route) {
        JsonNode match = route.get("match");
        boolean ignoreCase = !match.path("case_sensitive").asBoolean(true);
        StringMatcher path = null;
        PathRewrite rewrite = null;
        String replacement = route.path("route").path("prefix_rewrite").asText("");
        if (match.has("prefix")) {
            path = new StringMatcher.Prefix(match.get("prefix").asText(), ignoreCase);
            rewrite = new PathRewrite.Prefix(match.get("prefix").asText().length(), replacement);
        } else if (match.has("path")) {
            path = new StringMatcher.Exact(match.get("path").asText(), ignoreCase);
            rewrite = new PathRewrite.Full(replacement);
        } else {
            path = new StringMatcher.Regex(
                    Pattern.compile(match.get("safe_regex").get("regex").asText()));
            rewrite = new PathRewrite.Full(replacement);
        }
        List<HeaderMatch> headers = new ArrayList<>();
        for (JsonNode header : match.path("headers")) {
            headers.add(new HeaderMatch(header.get("name").asText(), value(header), false));
        }
        List<QueryMatch> query = new ArrayList<>();
        for (JsonNode param : match.path("query_parameters")) {
            query.add(new QueryMatch(param.get("name").asText(), value(param)));
        }
        String cluster = route.path("route").path("cluster").asText();
        RouteAction forward = new Forward(
                List.of(new WeightedCluster(cluster, "", "", 1, HeaderOperations.NONE, HeaderOperations.NONE)),
                replacement.isEmpty() ? null : rewrite,
                null,
                0,
                RetryPolicy.NONE,
                null,
                List.of());
        return new Route(
                cluster,
                new RouteMatch(path, null, null, null, headers, query),
                forward,
                HeaderOperations.NONE,
                HeaderOperations.NONE,
                null);
    }

    private static StringMatcher value(JsonNode matcher) {
        JsonNode string = matcher.path("string_match");
        if (string.has("exact")) {
            return new StringMatcher.Exact(string.get("exact").asText(), false);
        }
        if (string.has("safe_regex")) {
            return new StringMatcher.Regex(
                    Pattern.compile(string.get("safe_regex").get("regex").asText()));
        }
        return new StringMatcher.Present();
    }
}
