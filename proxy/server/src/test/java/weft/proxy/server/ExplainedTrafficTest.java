package weft.proxy.server;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static weft.proxy.testing.Snapshots.GATEWAY;
import static weft.proxy.testing.Snapshots.cluster;
import static weft.proxy.testing.Snapshots.to;

import com.google.re2j.Pattern;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import weft.proxy.telemetry.FinishedRequest;
import weft.proxy.testing.HttpMessage;
import weft.proxy.testing.Snapshots;
import weft.proxy.testing.TestClient;
import weft.proxy.testing.TestProxy;
import weft.proxy.testing.TestUpstream;
import weft.routing.explain.Answer;
import weft.routing.explain.Answer.Action;
import weft.routing.explain.Call;
import weft.routing.explain.Explainer;
import weft.routing.explain.Explanation;
import weft.routing.http.PathNormalization;
import weft.routing.route.CorsPolicy;
import weft.routing.route.DirectResponse;
import weft.routing.route.Fault;
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
import weft.routing.route.StringMatcher;
import weft.routing.route.VirtualHost;
import weft.routing.snapshot.ProxySnapshot;

/** What explain says of a request is what a running proxy does with it, on random routes and requests. */
class ExplainedTrafficTest {
    private static final int TABLES = 12;
    private static final int REQUESTS = 40;
    private static final String[] PATHS = {"/a", "/a/b", "/A", "/b", "/c/../a", "/%61/x", "/a?q=1", "/b?x&q=2"};

    private final long seed = Long.getLong("weft.oracle.seed", new Random().nextLong());
    private final Random random = new Random(seed);
    private int answeredBySomeRoute;

    @Test
    void proxyDoesWhatIsExplained() throws IOException {
        try (TestUpstream v1 = TestUpstream.saying("v1");
                TestUpstream v2 = TestUpstream.saying("v2")) {
            for (int i = 0; i < TABLES; i++) {
                check(v1, v2);
            }
        }
        assertThat(answeredBySomeRoute).isGreaterThan(TABLES * REQUESTS / 4);
    }

    private void check(TestUpstream v1, TestUpstream v2) throws IOException {
        List<Route> routes = new ArrayList<>();
        for (int i = 1 + random.nextInt(9); i > 0; i--) {
            routes.add(route("r" + i));
        }
        VirtualHost host = new VirtualHost("app", List.of("app.test"), routes, random.nextInt(8) == 0);
        ProxySnapshot snapshot =
                Snapshots.of(GATEWAY, 1, host, cluster("v1", v1.endpoint()), cluster("v2", v2.endpoint()));
        Explainer explainer = new Explainer(snapshot, PathNormalization.BASE);
        try (TestProxy proxy = new TestProxy(snapshot);
                TestClient client = proxy.client()) {
            for (int i = 0; i < REQUESTS; i++) {
                Call call = call();
                int before = v1.requests().size() + v2.requests().size();
                HttpMessage response = client.request(
                        call.method(),
                        call.authority(),
                        call.path(),
                        "",
                        call.headers().stream()
                                .map(field -> field.name() + ": " + field.value())
                                .toArray(String[]::new));
                FinishedRequest logged = proxy.log().await(i + 1).get(i);
                Long draw = logged.weightDraw() < 0 ? null : (long) logged.weightDraw();
                Call drawn = new Call(call.method(), null, call.authority(), call.path(), call.headers(), 0, draw);
                Explanation told = explainer.explain(drawn, true);
                String about = "seed " + seed + ", " + call + " in " + host + ": " + told.answer();
                compare(about, told, response, logged);
                boolean isForwarded = v1.requests().size() + v2.requests().size() > before;
                assertThat(isForwarded)
                        .as(about)
                        .isEqualTo(told.answer().action() == Action.ROUTE
                                && told.answer().status() == 0);
                if (isForwarded) {
                    TestUpstream reached = response.text().equals("v1") ? v1 : v2;
                    forwarded(about, told.answer(), reached.lastRequest());
                }
            }
        }
    }

    private void compare(String about, Explanation told, HttpMessage response, FinishedRequest logged) {
        Answer answer = told.answer();
        answeredBySomeRoute += told.route() == null ? 0 : 1;
        assertThat(response.status()).as(about).isEqualTo(answer.status() == 0 ? 200 : answer.status());
        assertThat(response.field("location")).as(about).isEqualTo(answer.location());
        assertThat(logged.details()).as(about).isEqualTo(answer.details());
        assertThat(logged.flags()).as(about).containsExactlyInAnyOrderElementsOf(answer.flags());
        if (told.route() != null) {
            assertThat(requireNonNull(logged.route()).name())
                    .as(about)
                    .isEqualTo(told.route().name());
        }
        if (answer.action() == Action.ROUTE && answer.status() == 0) {
            assertThat(logged.subset())
                    .as(about)
                    .isEqualTo(requireNonNull(answer.destination()).subset())
                    .isEqualTo(response.text());
        }
    }

    private static void forwarded(String about, Answer answer, HttpMessage upstream) {
        assertThat(upstream.startLine()).as(about).contains(" " + answer.path() + " ");
        assertThat(upstream.field("host")).as(about).isEqualTo(answer.authority());
    }

    private Route route(String name) {
        List<HeaderMatch> headers = random.nextInt(3) > 0
                ? List.of()
                : List.of(new HeaderMatch("h", new StringMatcher.Exact("1", false), random.nextInt(3) == 0));
        List<QueryMatch> query =
                random.nextInt(5) > 0 ? List.of() : List.of(new QueryMatch("q", new StringMatcher.Exact("1", false)));
        RouteMatch match = new RouteMatch(
                path(),
                random.nextInt(6) == 0 ? new StringMatcher.Exact("PUT", false) : null,
                null,
                null,
                headers,
                query);
        return new Route(
                name,
                match,
                action(match),
                new HeaderOperations(List.of(), List.of(new Field("x-route", name)), List.of()),
                HeaderOperations.NONE,
                null,
                random.nextInt(3) == 0 ? cors() : null);
    }

    private static CorsPolicy cors() {
        return new CorsPolicy(
                List.of(new StringMatcher.Exact("http://a.test", false)),
                List.of("PUT"),
                List.of(),
                List.of(),
                -1,
                false,
                true);
    }

    private @Nullable StringMatcher path() {
        String path = "/" + "abA".charAt(random.nextInt(3));
        return switch (random.nextInt(4)) {
            case 0 -> new StringMatcher.Exact(path, random.nextBoolean());
            case 1 -> new StringMatcher.Regex(Pattern.compile("/[a-b](/.*)?"));
            case 2 -> random.nextBoolean() ? null : new StringMatcher.Prefix("/", false);
            default -> new StringMatcher.Prefix(path, false);
        };
    }

    private RouteAction action(RouteMatch match) {
        int matched = match.path() instanceof StringMatcher.Prefix prefix
                ? prefix.prefix().length()
                : 1;
        return switch (random.nextInt(6)) {
            case 0 -> new DirectResponse(418, "tea".getBytes(StandardCharsets.UTF_8));
            case 1 ->
                new Redirect(
                        302,
                        random.nextBoolean() ? "https" : null,
                        random.nextBoolean() ? "new.test" : null,
                        random.nextBoolean() ? "/moved" : null,
                        null,
                        0,
                        random.nextBoolean() ? 8443 : null);
            case 2 -> forward(List.of(to("missing", 1)), null, null, null);
            case 3 -> forward(List.of(to("v1", 1)), null, null, new Fault(null, new Fault.Abort(100, 555, null)));
            case 4 ->
                forward(List.of(to("v1", 1), to("v2", 2)), new PathRewrite.Prefix(matched, "/n"), "in.test", null);
            default -> forward(List.of(to(random.nextBoolean() ? "v1" : "v2", 1)), null, null, null);
        };
    }

    private static Forward forward(
            List<weft.routing.route.WeightedCluster> clusters,
            @Nullable PathRewrite rewrite,
            @Nullable String authority,
            @Nullable Fault fault) {
        return new Forward(clusters, rewrite, authority, 0, RetryPolicy.NONE, fault, List.of());
    }

    private Call call() {
        List<Field> headers = new ArrayList<>();
        String method = random.nextInt(4) == 0 ? "PUT" : "GET";
        if (random.nextInt(2) == 0) {
            headers.add(new Field("h", random.nextBoolean() ? "1" : "2"));
        }
        if (random.nextInt(5) == 0) {
            method = "OPTIONS";
            headers.add(new Field("origin", random.nextBoolean() ? "http://a.test" : "http://b.test"));
            headers.add(new Field("access-control-request-method", "PUT"));
        }
        String authority = random.nextInt(9) == 0 ? "other.test" : "app.test";
        return new Call(method, null, authority, PATHS[random.nextInt(PATHS.length)], headers, 0, null);
    }
}
