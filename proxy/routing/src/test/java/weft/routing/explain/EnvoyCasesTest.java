package weft.routing.explain;

import static java.util.Objects.requireNonNullElse;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.re2j.Pattern;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import weft.routing.Conformance;
import weft.routing.cluster.Cluster;
import weft.routing.cluster.ConnectionPoolSettings;
import weft.routing.cluster.LoadBalancing;
import weft.routing.http.PathNormalization;
import weft.routing.route.DirectResponse;
import weft.routing.route.Forward;
import weft.routing.route.HeaderOperations;
import weft.routing.route.HeaderOperations.Field;
import weft.routing.route.PathRewrite;
import weft.routing.route.Redirect;
import weft.routing.route.RetryPolicy;
import weft.routing.route.Route;
import weft.routing.route.RouteAction;
import weft.routing.route.RouteMatch;
import weft.routing.route.RouteMatch.HeaderMatch;
import weft.routing.route.RouteMatch.QueryMatch;
import weft.routing.route.RouteTable;
import weft.routing.route.StringMatcher;
import weft.routing.route.VirtualHost;
import weft.routing.route.WeightedCluster;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.LogPosition;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxySnapshot;

/** Envoy's route tables with requests, as far as Istio's API can say them, told by the explainer. */
class EnvoyCasesTest {
    private static final ProxyIdentity IDENTITY = new ProxyIdentity(
            "p", "default", Map.of(), "", "", "", Mode.SIDECAR, List.of(), new ProxyIdentity.OutboundSocket("", 0));

    /** Fields that no Istio rule leads to. */
    private static final List<String> BEYOND_ISTIO = List.of(
            "range_match",
            "path_match_policy",
            "path_rewrite_policy",
            "runtime_fraction",
            "cluster_header",
            "path_separated_prefix",
            "runtime_key_prefix",
            "use_websocket");

    private static final String STRIPS_QUERY = "strip_query";

    private static final Map<Integer, String> CODES =
            Map.of(200, "OK", 301, "MovedPermanently", 410, "Gone", 500, "InternalServerError");

    @Test
    void requestsGoWhereEnvoySendsThem() {
        List<String> failed = new ArrayList<>();
        Map<String, Integer> skipped = new TreeMap<>();
        int passed = 0;
        for (JsonNode config : Conformance.json("envoy-route-config-cases.json").get("configs")) {
            for (JsonNode c : config.get("cases")) {
                String reason = beyond(config.get("routeConfiguration"), c);
                if (reason != null) {
                    skipped.merge(reason, 1, Integer::sum);
                    continue;
                }
                String wrong = check(config.get("routeConfiguration"), c);
                passed += wrong.isEmpty() ? 1 : 0;
                if (wrong.equals(STRIPS_QUERY)) {
                    skipped.merge(wrong, 1, Integer::sum);
                } else if (!wrong.isEmpty()) {
                    failed.add(config.get("id").asText() + " " + c.get("request") + ": " + wrong);
                }
            }
        }
        System.out.println("envoy-route-config-cases explained: " + passed + " passed, " + failed.size()
                + " failed, 0 deviating, beyond Istio's API " + skipped);
        assertThat(failed).isEmpty();
        assertThat(passed).isGreaterThan(70);
    }

    /** What of a case Istio's API cannot say, or null. */
    private static @Nullable String beyond(JsonNode configuration, JsonNode c) {
        for (JsonNode host : configuration.get("virtual_hosts")) {
            for (JsonNode domain : host.get("domains")) {
                if (domain.asText().indexOf('*') > 0) {
                    return "prefix wildcard";
                }
            }
        }
        JsonNode host = host(configuration, c.at("/request/authority").asText());
        if (host == null) {
            return null;
        }
        if (host.path("require_tls").asText().equals("external_only")) {
            return "external_only";
        }
        return BEYOND_ISTIO.stream()
                .filter(field -> host.findValue(field) != null)
                .findFirst()
                .orElse(null);
    }

    /** Envoy's choice of the virtual host where ports are part of domains, which Istio's tables never have. */
    private static @Nullable JsonNode host(JsonNode configuration, String authority) {
        JsonNode best = null;
        int most = -1;
        for (JsonNode host : configuration.get("virtual_hosts")) {
            for (JsonNode domain : host.get("domains")) {
                String name = domain.asText().toLowerCase(Locale.ROOT);
                String asked = authority.toLowerCase(Locale.ROOT);
                int rank = name.equals(asked)
                        ? Integer.MAX_VALUE
                        : name.startsWith("*") && asked.endsWith(name.substring(1)) && asked.length() >= name.length()
                                ? name.length()
                                : -1;
                if (rank > most) {
                    most = rank;
                    best = host;
                }
            }
        }
        return best;
    }

    private static String check(JsonNode configuration, JsonNode c) {
        JsonNode request = c.get("request");
        JsonNode chosen = host(configuration, request.get("authority").asText());
        List<VirtualHost> hosts = new ArrayList<>();
        Map<String, Cluster> clusters = new HashMap<>();
        if (chosen != null) {
            List<Route> routes = new ArrayList<>();
            for (JsonNode route : chosen.path("routes")) {
                // Istio's redirects keep the query: what strips it is another route.
                String name = route.at("/redirect/strip_query").asBoolean() ? STRIPS_QUERY : "";
                routes.add(route(name, route, clusters));
            }
            hosts.add(new VirtualHost("host", List.of("*"), routes, chosen.has("require_tls")));
        }
        Listener listener = new Listener(
                "out", "", 0, Listener.Direction.OUTBOUND, Map.of(Listener.ANY_PORT, new RouteTable(hosts)));
        ProxySnapshot snapshot =
                new ProxySnapshot(LogPosition.NONE, IDENTITY, List.of(listener), clusters, List.of(), "");
        List<Field> headers = new ArrayList<>();
        for (JsonNode header : request.path("headers")) {
            headers.add(new Field(
                    header.get(0).asText().toLowerCase(Locale.ROOT),
                    header.get(1).asText()));
        }
        Explanation told = new Explainer(snapshot, PathNormalization.BASE)
                .explain(
                        new Call(
                                request.path("method").asText("GET"),
                                request.path("ssl").asBoolean() ? "https" : "http",
                                request.get("authority").asText(),
                                request.get("path").asText(),
                                headers,
                                80,
                                c.path("random").asLong()),
                        true);
        if (told.route() != null && told.route().name().equals(STRIPS_QUERY)) {
            return STRIPS_QUERY;
        }
        return compare(told, c.get("expect"));
    }

    private static String compare(Explanation told, JsonNode expect) {
        Answer answer = told.answer();
        Map<String, String> got = new TreeMap<>();
        got.put("noRoute", String.valueOf(answer.details().equals("route_not_found")));
        got.put(
                "cluster",
                answer.destination() == null ? "" : answer.destination().cluster());
        got.put("pathAfterRewrite", requireNonNullElse(answer.path(), ""));
        got.put("redirectLocation", requireNonNullElse(answer.location(), ""));
        got.put("responseCode", CODES.getOrDefault(answer.status(), ""));
        List<String> wrong = new ArrayList<>();
        got.forEach((field, value) -> {
            if (expect.has(field) && !expect.get(field).asText().equals(value)) {
                wrong.add(
                        field + " " + value + " (expected: " + expect.get(field).asText() + ")");
            }
        });
        return String.join(", ", wrong);
    }

    private static Route route(String name, JsonNode route, Map<String, Cluster> clusters) {
        JsonNode match = route.get("match");
        boolean ignoreCase = !match.path("case_sensitive").asBoolean(true);
        StringMatcher path;
        int prefix = 0;
        if (match.has("prefix")) {
            path = new StringMatcher.Prefix(match.get("prefix").asText(), ignoreCase);
            prefix = match.get("prefix").asText().length();
        } else if (match.has("path")) {
            path = new StringMatcher.Exact(match.get("path").asText(), ignoreCase);
            prefix = match.get("path").asText().length();
        } else {
            path = new StringMatcher.Regex(
                    Pattern.compile(match.at("/safe_regex/regex").asText()));
        }
        List<HeaderMatch> headers = new ArrayList<>();
        match.path("headers")
                .forEach(h -> headers.add(new HeaderMatch(h.get("name").asText(), value(h), false)));
        List<QueryMatch> query = new ArrayList<>();
        match.path("query_parameters")
                .forEach(q -> query.add(new QueryMatch(q.get("name").asText(), value(q))));
        return new Route(
                name,
                new RouteMatch(path, null, null, null, headers, query),
                action(route, prefix, clusters),
                HeaderOperations.NONE,
                HeaderOperations.NONE,
                null);
    }

    private static RouteAction action(JsonNode route, int prefix, Map<String, Cluster> clusters) {
        if (route.has("redirect")) {
            JsonNode redirect = route.get("redirect");
            return new Redirect(
                    301,
                    redirect.path("https_redirect").asBoolean() ? "https" : text(redirect, "scheme_redirect"),
                    text(redirect, "host_redirect"),
                    text(redirect, "path_redirect"),
                    text(redirect, "prefix_rewrite"),
                    prefix,
                    redirect.has("port_redirect")
                            ? redirect.get("port_redirect").asInt()
                            : null);
        }
        if (route.has("direct_response")) {
            JsonNode direct = route.get("direct_response");
            return new DirectResponse(
                    direct.get("status").asInt(),
                    direct.at("/body/inline_string").asText().getBytes(StandardCharsets.UTF_8));
        }
        List<WeightedCluster> weighted = new ArrayList<>();
        JsonNode all = route.at("/route/weighted_clusters/clusters");
        for (JsonNode each : all) {
            if (each.get("weight").asInt() > 0) {
                weighted.add(
                        cluster(each.get("name").asText(), each.get("weight").asInt(), clusters));
            }
        }
        if (weighted.isEmpty()) {
            weighted.add(cluster(route.at("/route/cluster").asText(), 1, clusters));
        }
        String replacement = text(route.get("route"), "prefix_rewrite");
        return new Forward(
                weighted,
                replacement == null ? null : new PathRewrite.Prefix(prefix, replacement),
                null,
                0,
                RetryPolicy.NONE,
                null,
                List.of());
    }

    private static WeightedCluster cluster(String name, int weight, Map<String, Cluster> clusters) {
        clusters.put(
                name,
                new Cluster(
                        name,
                        name,
                        "",
                        80,
                        "",
                        Cluster.Discovery.STATIC,
                        List.of(),
                        LoadBalancing.of(Cluster.LbPolicy.RANDOM),
                        ConnectionPoolSettings.DEFAULT));
        return new WeightedCluster(name, name, "", weight, HeaderOperations.NONE, HeaderOperations.NONE);
    }

    private static @Nullable String text(JsonNode node, String field) {
        return node.path(field).asText().isEmpty() ? null : node.get(field).asText();
    }

    private static StringMatcher value(JsonNode matcher) {
        JsonNode string = matcher.path("string_match");
        if (string.has("exact")) {
            return new StringMatcher.Exact(string.get("exact").asText(), false);
        }
        if (string.has("safe_regex")) {
            return new StringMatcher.Regex(
                    Pattern.compile(string.at("/safe_regex/regex").asText()));
        }
        return new StringMatcher.Present();
    }
}
