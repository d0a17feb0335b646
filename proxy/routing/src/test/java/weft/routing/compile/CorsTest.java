package weft.routing.compile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import weft.routing.TestRules;
import weft.routing.http.RequestHead;
import weft.routing.route.CorsPolicy;
import weft.routing.route.HeaderOperations;
import weft.routing.route.Route;
import weft.routing.route.StringMatcher;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxyIdentity.OutboundSocket;
import weft.routing.snapshot.ProxySnapshot;

/** Which preflights the proxy answers, and what it adds to answers. */
class CorsTest {
    private static final ProxyIdentity SIDECAR = new ProxyIdentity(
            "p",
            "default",
            java.util.Map.of(),
            "",
            "",
            "p",
            Mode.SIDECAR,
            List.of(),
            new OutboundSocket("127.0.0.1", 1));

    private static CorsPolicy compile(String policy) {
        String rule = """
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: v}
                spec:
                  hosts: [a.com]
                  http:
                  - route: [{destination: {host: a.com}}]
                    corsPolicy: %s
                """.formatted(policy);
        Listener outbound = new SnapshotCompiler(SIDECAR)
                .compile(TestRules.snapshot(rule), ProxySnapshot.empty(SIDECAR))
                .listeners()
                .get(0);
        RequestHead head = new RequestHead();
        head.reset("GET", "http", "a.com", "/");
        Route route = Objects.requireNonNull(outbound.routes(80))
                .virtualHosts()
                .get(0)
                .match(head);
        return Objects.requireNonNull(Objects.requireNonNull(route).cors());
    }

    private static RequestHead request(String method, @Nullable String origin, @Nullable String requestedMethod) {
        RequestHead head = new RequestHead();
        head.reset(method, "http", "a.com", "/");
        if (origin != null) {
            head.headers().add("origin", origin);
        }
        if (requestedMethod != null) {
            head.headers().add("access-control-request-method", requestedMethod);
        }
        return head;
    }

    private static String fields(@Nullable HeaderOperations operations) {
        return operations == null
                ? "none"
                : operations.set().stream()
                        .map(field -> field.name().replace("access-control-", "") + "=" + field.value())
                        .collect(Collectors.joining(" "));
    }

    @Test
    void allowedPreflightIsAnsweredWithAllThatIsAllowed() {
        CorsPolicy cors = compile("""
                {allowOrigins: [{prefix: 'https://a'}, {regex: 'https://.*[.]b'}], allowMethods: [GET, PUT],
                 allowHeaders: [x-a, x-b], exposeHeaders: [x-c], maxAge: 2.9s, allowCredentials: true}""");

        assertThat(fields(cors.preflight(request("OPTIONS", "https://x.b", "PUT"))))
                .isEqualTo("allow-origin=https://x.b allow-credentials=true allow-methods=GET,PUT"
                        + " allow-headers=x-a,x-b expose-headers=x-c max-age=2");
        assertThat(fields(cors.response(request("GET", "https://abc", null))))
                .isEqualTo("allow-origin=https://abc allow-credentials=true expose-headers=x-c");
    }

    @Test
    void requestThatIsNoPreflightGoesOn() {
        CorsPolicy cors = compile("{allowOrigins: [{exact: '*'}]}");

        assertThat(cors.preflight(request("OPTIONS", "o", null))).isNull();
        assertThat(cors.preflight(request("OPTIONS", null, "PUT"))).isNull();
        assertThat(cors.preflight(request("GET", "o", "PUT"))).isNull();
        assertThat(cors.response(request("GET", null, null)).isEmpty()).isTrue();
    }

    @Test
    void unmatchedPreflightIsForwardedUnlessIgnored() {
        RequestHead preflight = request("OPTIONS", "http://evil", "PUT");

        for (String forwards : List.of("", ", unmatchedPreflights: FORWARD")) {
            assertThat(compile("{allowOrigins: [{exact: 'http://a'}]" + forwards + "}")
                            .preflight(preflight))
                    .isNull();
        }
        CorsPolicy ignores = compile("{allowOrigins: [{exact: 'http://a'}], unmatchedPreflights: IGNORE}");
        assertThat(fields(ignores.preflight(preflight))).isEmpty();
        assertThat(ignores.response(request("GET", "http://evil", null)).isEmpty())
                .isTrue();
    }

    @Test
    void ignoredPreflightTellsThePolicyButNoOrigin() {
        CorsPolicy cors = compile("{allowOrigins: [{exact: 'http://a'}], unmatchedPreflights: IGNORE,"
                + " allowMethods: [GET], allowCredentials: true, exposeHeaders: [x-c]}");

        assertThat(fields(cors.preflight(request("OPTIONS", "http://evil", "PUT"))))
                .isEqualTo("allow-credentials=true allow-methods=GET");
    }

    @Test
    void starAllowsWhatIsAskedFor() {
        CorsPolicy cors = compile("{allowOrigins: [{exact: o}], allowMethods: ['*'], allowHeaders: ['*']}");
        RequestHead preflight = request("OPTIONS", "o", "PATCH");
        assertThat(fields(cors.preflight(preflight))).isEqualTo("allow-origin=o allow-methods=PATCH");

        preflight.headers().add("access-control-request-headers", "x-a,x-b");
        assertThat(fields(cors.preflight(preflight)))
                .isEqualTo("allow-origin=o allow-methods=PATCH allow-headers=x-a,x-b");
    }

    @Test
    void starAllowsEveryOriginAndEchoesIt() {
        for (String star :
                List.of("{allowOrigin: ['*']}", "{allowOrigins: [{exact: '*'}]}", "{allowOrigins: [{regex: '.*'}]}")) {
            assertThat(fields(compile(star).response(request("GET", "http://x", null))))
                    .isEqualTo("allow-origin=http://x");
        }
    }

    @Test
    void deprecatedOriginsYieldToTheNewList() {
        CorsPolicy cors = compile("{allowOrigin: ['http://old'], allowOrigins: [{exact: 'http://new'}]}");

        assertThat(cors.response(request("GET", "http://old", null)).isEmpty()).isTrue();
        assertThat(cors.response(request("GET", "http://new", null)).isEmpty()).isFalse();
    }

    @Test
    void anAnswerMayBeForgottenAtOnce() {
        assertThat(fields(aged(0).preflight(request("OPTIONS", "https://a.com", "GET"))))
                .endsWith("max-age=0");
        assertThat(fields(aged(-1).preflight(request("OPTIONS", "https://a.com", "GET"))))
                .doesNotContain("max-age");
    }

    private static CorsPolicy aged(long maxAgeSeconds) {
        StringMatcher origin = new StringMatcher.Exact("https://a.com", false);
        return new CorsPolicy(List.of(origin), List.of(), List.of(), List.of(), maxAgeSeconds, false, true);
    }
}
