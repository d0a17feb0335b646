package weft.routing.compile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import weft.routing.TestRules;
import weft.routing.http.RequestHead;
import weft.routing.ratelimit.RateLimit;
import weft.routing.ratelimit.RateLimit.Quota;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.InboundPort;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxySnapshot;

/** Which limits a proxy has, where, and on what. */
class RateLimitPoliciesTest {
    private static final ProxyIdentity EDGE =
            new ProxyIdentity("gw-1", "edge", Map.of("app", "gw"), "", "", "gw", Mode.GATEWAY, List.of());
    private static final ProxyIdentity REVIEWS = new ProxyIdentity(
            "reviews-1",
            "default",
            Map.of("app", "reviews"),
            "",
            "",
            "reviews",
            Mode.SIDECAR,
            List.of(new InboundPort("127.0.0.1", 15006, 9080, "127.0.0.1", 20080)));

    private static final String GATEWAYS = """
            kind: Gateway
            metadata: {name: wide, namespace: edge}
            spec:
              selector: {app: gw}
              servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*', a.test]}]
            ---
            kind: Gateway
            metadata: {name: narrow, namespace: edge}
            spec:
              selector: {app: gw}
              servers:
              - {port: {number: 80, name: http, protocol: HTTP}, hosts: ['default/*.shop.test']}
              - {port: {number: 81, name: http2, protocol: HTTP}, hosts: ['*']}
            """;

    private static final String SERVICE = """
            ---
            kind: ServiceEntry
            metadata: {name: reviews}
            spec:
              hosts: [reviews.default.svc.cluster.local]
              ports: [{number: 9080, name: http, protocol: HTTP}]
              resolution: STATIC
              workloadSelector: {labels: {app: reviews}}
            """;

    private static String policy(String name, String namespace, String spec) {
        return "---\nkind: RateLimitPolicy\nmetadata: {name: " + name + ", namespace: " + namespace + "}\nspec: {"
                + (spec.isEmpty() ? "" : spec + ", ") + "rules: [{limit: {requests: 5, unit: MINUTE}}]}\n";
    }

    private static ProxySnapshot compile(ProxyIdentity identity, String... rules) {
        return new SnapshotCompiler(identity).compile(TestRules.snapshot(rules), ProxySnapshot.empty(identity));
    }

    /** Policies that count a request at a listener, in order. */
    private static List<String> counting(ProxySnapshot snapshot, String listener, String authority) {
        RequestHead head = new RequestHead();
        head.reset("GET", "http", authority, "/");
        return snapshot.rateLimits().of(listener).stream()
                .filter(bound -> bound.covers(authority, 80) && bound.limit().matches(head))
                .map(bound -> bound.limit().policy().name())
                .toList();
    }

    @Test
    void policiesReachWhoTheyAreFor() {
        ProxySnapshot snapshot = compile(
                EDGE,
                GATEWAYS,
                policy("workload", "edge", "selector: {matchLabels: {app: gw}}"),
                policy("other-workload", "edge", "selector: {matchLabels: {app: other}}"),
                policy("namespace", "edge", ""),
                policy("other-namespace", "default", ""),
                policy("mesh", "istio-system", ""),
                policy("gateways-of-all", "istio-system", "selector: {matchLabels: {app: gw}}"));
        assertThat(counting(snapshot, "0.0.0.0_80", "a.test"))
                .containsExactly("mesh", "namespace", "gateways-of-all", "workload");
        assertThat(snapshot.rateLimits().byListener()).containsOnlyKeys("0.0.0.0_80", "0.0.0.0_81");
    }

    @Test
    void policyOfAGatewayCountsWhatItsHostsAreMostSpecificFor() {
        String target = "targetRefs: [{group: networking.istio.io, kind: Gateway, name: %s}]";
        ProxySnapshot snapshot = compile(
                EDGE,
                GATEWAYS,
                policy("w", "edge", target.formatted("wide")),
                policy("n", "edge", target.formatted("narrow")),
                policy("elsewhere", "default", target.formatted("narrow")));
        assertThat(counting(snapshot, "0.0.0.0_80", "A.test:80")).containsExactly("w");
        assertThat(counting(snapshot, "0.0.0.0_80", "b.shop.test")).containsExactly("n");
        assertThat(counting(snapshot, "0.0.0.0_80", "else.test")).containsExactly("w");
        assertThat(counting(snapshot, "0.0.0.0_81", "else.test")).containsExactly("n");
    }

    @Test
    void policyOfAServiceCountsAtTheSidecarsOfItsWorkloads() {
        String policies = policy(
                        "own",
                        "default",
                        "targetRefs: [{group: networking.istio.io, kind: ServiceEntry, name: reviews}]")
                + policy("other", "default", "targetRefs: [{kind: Service, name: reviews}]");
        ProxySnapshot snapshot = compile(REVIEWS, SERVICE, policies);
        assertThat(counting(snapshot, "127.0.0.1_15006", "reviews")).containsExactly("own");
        assertThat(compile(EDGE, GATEWAYS, SERVICE, policies).rateLimits().byListener())
                .isEmpty();
    }

    @Test
    void aChangeOfTheServiceMovesTheLimit() {
        String policies = policy(
                "own", "default", "targetRefs: [{group: networking.istio.io, kind: ServiceEntry, name: reviews}]");
        SnapshotCompiler compiler = new SnapshotCompiler(REVIEWS);
        ProxySnapshot before = compiler.compile(TestRules.snapshot(SERVICE, policies), ProxySnapshot.empty(REVIEWS));
        ProxySnapshot after =
                compiler.compile(TestRules.snapshot(SERVICE.replace("app: reviews", "app: ratings"), policies), before);
        assertThat(counting(after, "127.0.0.1_15006", "reviews")).isEmpty();
        ProxySnapshot back = compiler.compile(TestRules.snapshot(SERVICE, policies), after);
        assertThat(back.rateLimits()).isEqualTo(before.rateLimits());
    }

    @Test
    void aSmallChangeOfRoutesKeepsTheLimits() {
        String route = """
                ---
                kind: VirtualService
                metadata: {name: a}
                spec:
                  hosts: [a.test]
                  gateways: [edge/wide]
                  http: [{%s directResponse: {status: 200}}]
                """;
        SnapshotCompiler compiler = new SnapshotCompiler(EDGE);
        ProxySnapshot before = compiler.compile(
                TestRules.snapshot(GATEWAYS, route.formatted(""), policy("p", "edge", "")), ProxySnapshot.empty(EDGE));
        ProxySnapshot after = compiler.compile(
                TestRules.snapshot(GATEWAYS, route.formatted("name: x,"), policy("p", "edge", "")), before);
        assertThat(counting(after, "0.0.0.0_80", "a.test")).containsExactly("p");
        assertThat(after.rateLimits()).isEqualTo(before.rateLimits());
    }

    @Test
    void ruleBecomesQuotaKeysAndMatches() {
        ProxySnapshot snapshot = compile(EDGE, GATEWAYS, """
                ---
                kind: RateLimitPolicy
                metadata: {name: p, namespace: edge}
                spec:
                  disableRateLimitHeaders: true
                  rules:
                  - name: named
                    match: [{uri: {prefix: /Api}, ignoreUriCase: true, headers: {X-A: {exact: '1'}}}, {method: {exact: PUT}}]
                    keys: [{header: X-User}, {attribute: PATH}, {attribute: CLIENT_ADDRESS}]
                    limit: {requests: 7, per: 90s, burst: 3}
                    mode: SHADOW
                  - limit: {requests: 9, unit: HOUR}
                    keys: [{claim: sub}]
                """);
        var limits = snapshot.rateLimits().all();
        assertThat(limits).hasSize(2);
        assertThat(limits.get(0).id()).isEqualTo("edge/p/named");
        assertThat(limits.get(0).quota()).isEqualTo(new Quota(7, 90_000, 3));
        assertThat(limits.get(0).isShadow()).isTrue();
        assertThat(limits.get(0).hasHeaders()).isFalse();
        assertThat(key(limits.get(0), "GET", "/x?q=1", "x-user", "u")).isEqualTo("u\n/x\n10.0.0.1");
        assertThat(key(limits.get(0), "GET", "/x", "x-other", "u")).isNull();
        assertThat(limits.get(1).id()).isEqualTo("edge/p/rules[1]");
        assertThat(limits.get(1).quota()).isEqualTo(new Quota(9, 3_600_000, 9));
        assertThat(key(limits.get(1), "GET", "/x", "x-user", "u"))
                .as("no claim is known")
                .isNull();
        assertThat(limits.get(0).matches(head("GET", "/api/x", "x-a", "1"))).isTrue();
        assertThat(limits.get(0).matches(head("GET", "/api/x", "x-a", "2"))).isFalse();
        assertThat(limits.get(0).matches(head("PUT", "/", "x-a", "2"))).isTrue();
    }

    private static RequestHead head(String method, String path, String name, String value) {
        RequestHead head = new RequestHead();
        head.reset(method, "http", "a.test", path);
        head.headers().add(name, value);
        return head;
    }

    private static @Nullable String key(RateLimit limit, String method, String path, String name, String value) {
        return limit.key(head(method, path, name, value), "10.0.0.1");
    }

    @Test
    void aPolicyThatDoesNotCompileHurtsItselfAlone() {
        String bad = "---\nkind: RateLimitPolicy\nmetadata: {name: bad, namespace: edge}\n"
                + "spec: {rules: [{match: [{uri: {regex: '('}}], limit: {requests: 5, unit: MINUTE}}]}\n";
        ProxySnapshot snapshot = compile(EDGE, GATEWAYS, bad, policy("good", "edge", ""));
        assertThat(snapshot.rejections())
                .singleElement()
                .satisfies(rejection -> assertThat(rejection.code()).isEqualTo("InvalidRegex"));
        assertThat(counting(snapshot, "0.0.0.0_80", "a.test")).containsExactly("good");
    }
}
