package weft.routing.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import weft.routing.explain.TracedRoute.Verdict;
import weft.routing.http.ForwardedHeaders;
import weft.routing.http.PathNormalization;
import weft.routing.http.RequestHead;
import weft.routing.route.DirectResponse;
import weft.routing.route.HeaderOperations;
import weft.routing.route.HeaderOperations.Field;
import weft.routing.route.Route;
import weft.routing.route.RouteMatch;
import weft.routing.route.RouteMatch.HeaderMatch;
import weft.routing.route.RouteMatch.QueryMatch;
import weft.routing.route.RouteTable;
import weft.routing.route.StringMatcher;
import weft.routing.route.VirtualHost;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.LogPosition;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxySnapshot;

/** On random tables and calls a trace says what the table answers, and each ✘ names a condition that fails. */
class TraceConsistencyTest {
    private static final int TABLES = Integer.getInteger("weft.oracle.pairs", 40_000) / 20;
    private static final int CALLS_PER_TABLE = 20;
    private static final ProxyIdentity GATEWAY =
            new ProxyIdentity("gw", "default", Map.of(), "", "", "", Mode.GATEWAY, List.of());
    private static final String[] SEGMENTS = {"/a", "/A", "/b", "/ab", "//", "/..", "/%61", "/c/"};
    private static final String[] VALUES = {"", "1", "v1", "V1"};

    private final long seed = Long.getLong("weft.oracle.seed", new Random().nextLong());
    private final Random random = new Random(seed);

    @Test
    void traceSaysWhatTheTableAnswers() {
        int matched = 0;
        for (int i = 0; i < TABLES; i++) {
            RouteTable table = table();
            Listener listener = new Listener(
                    "0.0.0.0_80", "0.0.0.0", 80, Listener.Direction.GATEWAY, Map.of(Listener.ANY_PORT, table));
            ProxySnapshot snapshot =
                    new ProxySnapshot(LogPosition.NONE, GATEWAY, List.of(listener), Map.of(), List.of(), "");
            for (int c = 0; c < CALLS_PER_TABLE; c++) {
                Call call = call();
                Explanation told = new Explainer(snapshot, PathNormalization.BASE).explain(call, true);
                Route answer = answer(table, call);
                assertThat(told.route())
                        .as("seed %d, %s in %s", seed, call, table)
                        .isSameAs(answer);
                assertThat(ticked(told))
                        .as("seed %d, %s in %s", seed, call, table)
                        .isSameAs(answer);
                assertThat(told.trace())
                        .allSatisfy(traced ->
                                assertThat(traced.failed() != null).isEqualTo(traced.verdict() == Verdict.FAILED));
                for (TracedRoute traced : told.trace()) {
                    if (traced.failed() != null) {
                        assertThat(traced.failed().field())
                                .as("seed %d, %s by %s", seed, call, traced.route())
                                .isEqualTo(firstFailing(traced.route().match(), head(call)));
                    }
                }
                matched += answer == null ? 0 : 1;
            }
        }
        assertThat(matched).isBetween(TABLES, TABLES * (CALLS_PER_TABLE - 1));
    }

    /** What the proxy does before and with the table. */
    private static @Nullable Route answer(RouteTable table, Call call) {
        String path = PathNormalization.BASE.normalize(call.path());
        VirtualHost host = table.virtualHost(call.authority());
        if (path == null || host == null) {
            return null;
        }
        return host.match(head(call));
    }

    private static RequestHead head(Call call) {
        RequestHead head = new RequestHead();
        head.reset(
                call.method(), "http", call.authority(), String.valueOf(PathNormalization.BASE.normalize(call.path())));
        call.headers().forEach(field -> head.headers().add(field.name(), field.value()));
        ForwardedHeaders.prepare(head, true, "10.0.0.1", () -> "id");
        return head;
    }

    /** Each condition by itself, as a match of nothing else, in the order of the record's fields. */
    private static String firstFailing(RouteMatch match, RequestHead head) {
        Map<String, RouteMatch> alone = new LinkedHashMap<>();
        alone.put("uri", new RouteMatch(match.path(), null, null, null, List.of(), List.of()));
        alone.put("method", new RouteMatch(null, match.method(), null, null, List.of(), List.of()));
        alone.put("scheme", new RouteMatch(null, null, match.scheme(), null, List.of(), List.of()));
        alone.put("authority", new RouteMatch(null, null, null, match.authority(), List.of(), List.of()));
        match.headers()
                .forEach(header -> alone.put(
                        (header.invert() ? "withoutHeaders." : "headers.") + header.name(),
                        new RouteMatch(null, null, null, null, List.of(header), List.of())));
        match.queryParams()
                .forEach(query -> alone.put(
                        "queryParams." + query.name(),
                        new RouteMatch(null, null, null, null, List.of(), List.of(query))));
        return alone.entrySet().stream()
                .filter(each -> !each.getValue().matches(head))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("none");
    }

    private static @Nullable Route ticked(Explanation told) {
        Route ticked = null;
        for (TracedRoute traced : told.trace()) {
            if (traced.verdict() == Verdict.MATCHED) {
                assertThat(ticked).isNull();
                ticked = traced.route();
            }
        }
        return ticked;
    }

    private RouteTable table() {
        List<VirtualHost> hosts = new ArrayList<>();
        for (String domain : List.of("a.test", "*.test")) {
            List<Route> routes = new ArrayList<>();
            for (int i = random.nextInt(12); i > 0; i--) {
                routes.add(new Route(
                        "r" + i,
                        match(),
                        new DirectResponse(200, new byte[0]),
                        HeaderOperations.NONE,
                        HeaderOperations.NONE,
                        null));
            }
            hosts.add(new VirtualHost(domain, List.of(domain), routes, false));
        }
        return new RouteTable(hosts);
    }

    private RouteMatch match() {
        List<HeaderMatch> headers = new ArrayList<>();
        List<QueryMatch> query = new ArrayList<>();
        if (random.nextInt(3) == 0) {
            headers.add(new HeaderMatch(random.nextBoolean() ? "h" : "x-envoy-h", value(), random.nextBoolean()));
        }
        if (random.nextInt(4) == 0) {
            query.add(new QueryMatch("q", value()));
        }
        return new RouteMatch(
                path(),
                random.nextInt(4) == 0 ? new StringMatcher.Exact("PUT", false) : null,
                random.nextInt(9) == 0 ? new StringMatcher.Exact("https", false) : null,
                random.nextInt(6) == 0 ? new StringMatcher.Prefix("a", false) : null,
                headers,
                query);
    }

    private @Nullable StringMatcher path() {
        String path = pick(SEGMENTS) + (random.nextBoolean() ? pick(SEGMENTS) : "");
        return switch (random.nextInt(5)) {
            case 0 -> null;
            case 1 -> new StringMatcher.Regex(Pattern.compile("/a.*|/c//?"));
            case 2 -> new StringMatcher.Exact(path, random.nextBoolean());
            default -> new StringMatcher.Prefix(path, random.nextBoolean());
        };
    }

    private StringMatcher value() {
        return switch (random.nextInt(4)) {
            case 0 -> new StringMatcher.Present();
            case 1 -> new StringMatcher.Prefix("v", false);
            case 2 -> new StringMatcher.Regex(Pattern.compile("v?1"));
            default -> new StringMatcher.Exact(pick(VALUES), false);
        };
    }

    private Call call() {
        List<Field> headers = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            headers.add(new Field(random.nextInt(4) == 0 ? "x-envoy-h" : "h", pick(VALUES)));
        }
        String query = random.nextBoolean() ? "?q=" + pick(VALUES) : "";
        return new Call(
                random.nextInt(3) == 0 ? "PUT" : "GET",
                null,
                pick(new String[] {"a.test", "b.test", "A.test:80", "other"}),
                pick(SEGMENTS) + pick(SEGMENTS) + query,
                headers,
                80,
                null);
    }

    private String pick(String[] from) {
        return from[random.nextInt(from.length)];
    }
}
