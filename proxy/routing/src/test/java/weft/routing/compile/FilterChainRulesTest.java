package weft.routing.compile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import weft.routing.TestRules;
import weft.routing.snapshot.FilterChain;
import weft.routing.snapshot.FilterChains;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.NetworkFilter.TcpProxy;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxyIdentity.OutboundSocket;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleNotice;

/** What tcp and tls rules make of connections, on sidecars and gateways. */
class FilterChainRulesTest {
    static final byte[] VIP = {10, 0, 0, 1};
    static final byte[] OTHER = {10, 0, 0, 2};
    static final ProxyIdentity SIDECAR = new ProxyIdentity(
            "p",
            "default",
            Map.of("app", "foo"),
            "",
            "",
            "p",
            Mode.SIDECAR,
            List.of(),
            new OutboundSocket("127.0.0.1", 15001));
    static final ProxyIdentity GATEWAY =
            new ProxyIdentity("gw", "edge", Map.of("istio", "gw"), "", "", "gw", Mode.GATEWAY, List.of());

    static String entry(String host, String addresses, int port, String protocol) {
        return """
                apiVersion: networking.istio.io/v1
                kind: ServiceEntry
                metadata: {name: %s}
                spec:
                  hosts: [%s]
                  addresses: [%s]
                  ports: [{number: %d, name: p, protocol: %s}]
                """.formatted(host, host, addresses, port, protocol);
    }

    /** The same service with its workloads in the mesh. */
    static String inside(String entry) {
        return entry.replace("spec:\n", "spec:\n  location: MESH_INTERNAL\n");
    }

    static String rule(String name, String hosts, String gateways, String routes) {
        return """
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: %s}
                spec:
                  hosts: [%s]
                  gateways: [%s]
                  %s
                """.formatted(name, hosts, gateways, routes);
    }

    static String gateway(String name, String server) {
        return """
                apiVersion: networking.istio.io/v1
                kind: Gateway
                metadata: {name: %s}
                spec: {selector: {istio: gw}, servers: [%s]}
                """.formatted(name, server);
    }

    static ProxySnapshot compile(ProxyIdentity identity, String... rules) {
        return new SnapshotCompiler(identity).compile(TestRules.snapshot(rules), ProxySnapshot.empty(identity));
    }

    static String to(ProxySnapshot snapshot, byte @Nullable [] address, int port, @Nullable String name) {
        List<FilterChain> chains = new ArrayList<>();
        for (Listener listener : snapshot.listeners()) {
            if (listener.direction() == Listener.Direction.OUTBOUND || listener.port() == port) {
                chains.addAll(listener.filterChains());
            }
        }
        FilterChain chain = new FilterChains(chains).select(address, port, name, name != null);
        if (chain == null) {
            return "closed";
        }
        return chain.filter() instanceof TcpProxy proxy
                ? proxy.clusters().stream()
                        .map(cluster -> cluster.cluster().replace("outbound|", "") + "*" + cluster.weight())
                        .collect(Collectors.joining(" "))
                : "http " + chain.name();
    }

    @Test
    void serviceWithoutRuleIsReachedByAddressAndPort() {
        ProxySnapshot snapshot = compile(SIDECAR, entry("a.com", "10.0.0.1", 9000, "TCP"));

        assertThat(to(snapshot, VIP, 9000, null)).isEqualTo("9000||a.com*1");
        assertThat(to(snapshot, OTHER, 9000, null)).isEqualTo("PassthroughCluster*1");
        assertThat(to(snapshot, VIP, 9001, null)).isEqualTo("PassthroughCluster*1");
    }

    @Test
    void unknownConnectionEndsWhereOnlyTheRegistryMayBeCalled() {
        String sidecar = """
                apiVersion: networking.istio.io/v1
                kind: Sidecar
                metadata: {name: default}
                spec: {outboundTrafficPolicy: {mode: REGISTRY_ONLY}}
                """;
        ProxySnapshot snapshot = compile(SIDECAR, sidecar, entry("a.com", "10.0.0.1", 9000, "TCP"));

        assertThat(to(snapshot, OTHER, 9000, null)).isEqualTo("BlackHoleCluster*1");
        assertThat(snapshot.clusters().get("BlackHoleCluster")).isNotNull();
    }

    @Test
    void tcpRuleSplitsByWeightAndSubnetAndLeavesTheRest() {
        String split = rule("v", "a.com", "mesh", """
                tcp:
                  - match: [{port: 1}]
                    route: [{destination: {host: never.com}}]
                  - match: [{port: 9000, sourceLabels: {app: bar}}]
                    route: [{destination: {host: never.com}}]
                  - match: [{destinationSubnets: [10.0.0.2/32]}]
                    route: [{destination: {host: sub.com, port: {number: 7}}}]
                  - match: [{port: 9000, sourceLabels: {app: foo}, sourceNamespace: default}]
                    route:
                    - {destination: {host: x.com}, weight: 3}
                    - {destination: {host: y.com, subset: v1}, weight: 1}
                    - {destination: {host: z.com}, weight: 0}
                """);
        ProxySnapshot snapshot = compile(SIDECAR, split, entry("a.com", "10.0.0.1", 9000, "TCP"));

        assertThat(to(snapshot, VIP, 9000, null)).isEqualTo("9000||x.com*3 9000|v1|y.com*1");
        assertThat(to(snapshot, OTHER, 9000, null)).isEqualTo("7||sub.com*1");
    }

    @Test
    void tlsServicesOfOnePortAreToldApartByServerName() {
        ProxySnapshot snapshot = compile(SIDECAR, entry("a.com", "", 443, "TLS"), entry("b.com", "", 443, "HTTPS"));

        assertThat(to(snapshot, OTHER, 443, "A.com")).isEqualTo("443||a.com*1");
        assertThat(to(snapshot, OTHER, 443, "b.com")).isEqualTo("443||b.com*1");
        assertThat(to(snapshot, OTHER, 443, "c.com")).isEqualTo("PassthroughCluster*1");
        assertThat(to(snapshot, OTHER, 443, null)).isEqualTo("PassthroughCluster*1");
    }

    @Test
    void firstTlsRuleOfAServerNameCountsAndHttpRulesDoNot() {
        String rule = rule("v", "'*.com'", "mesh", """
                http: [{route: [{destination: {host: never.com}}]}]
                  tls:
                  - match: [{port: 443, sniHosts: [x.a.com], gateways: [other]}]
                    route: [{destination: {host: never.com}}]
                  - match: [{port: 443, sniHosts: ['*.a.com']}]
                    route: [{destination: {host: first.com}}]
                  - match: [{port: 443, sniHosts: ['*.a.com', y.a.com]}]
                    route: [{destination: {host: second.com}}]
                """);
        ProxySnapshot snapshot = compile(SIDECAR, rule, entry("'*.a.com'", "", 443, "TLS"));

        assertThat(to(snapshot, OTHER, 443, "x.a.com")).isEqualTo("443||first.com*1");
        assertThat(to(snapshot, OTHER, 443, "y.a.com")).isEqualTo("443||second.com*1");
    }

    @Test
    void portWithoutAddressesBelongsToTheOldestService() {
        ProxySnapshot snapshot = compile(SIDECAR, entry("a.com", "", 9000, "TCP"), entry("b.com", "", 9000, "TCP"));

        assertThat(to(snapshot, OTHER, 9000, null)).isEqualTo("9000||a.com*1");
    }

    @Test
    void passthroughServerRoutesByServerNameWithinItsHosts() {
        String server = "{port: {number: 443, name: tls, protocol: TLS}, hosts: ['*.a.com'], tls: {mode: PASSTHROUGH}}";
        String inside = rule("v1", "x.a.com", "g", """
                tls:
                  - match: [{sniHosts: [x.a.com]}]
                    route: [{destination: {host: x, port: {number: 8443}}}]
                """);
        String duplicate = rule("v2", "x.a.com", "g", """
                tls:
                  - match: [{sniHosts: [x.a.com]}]
                    route: [{destination: {host: never.com}}]
                """);
        String outside = rule("v3", "x.b.com", "g", """
                tls:
                  - match: [{sniHosts: [x.b.com]}]
                    route: [{destination: {host: never.com}}]
                """);
        ProxySnapshot snapshot = compile(GATEWAY, gateway("g", server), inside, duplicate, outside);

        assertThat(to(snapshot, null, 443, "x.a.com")).isEqualTo("8443||x.default.svc.cluster.local*1");
        assertThat(to(snapshot, null, 443, "x.b.com")).isEqualTo("closed");
        assertThat(snapshot.notices()).extracting(RuleNotice::code).containsExactly("DuplicateServerName");
    }

    @Test
    void autoPassthroughKnowsEveryServiceBySrvName() {
        String server = "{port: {number: 15443, name: tls, protocol: TLS}, hosts: ['*.com'],"
                + " tls: {mode: AUTO_PASSTHROUGH}}";
        ProxySnapshot snapshot = compile(
                GATEWAY,
                gateway("g", server),
                inside(entry("a.com", "", 80, "HTTP")),
                entry("c.com", "", 80, "HTTP"),
                inside(entry("b.org", "", 80, "HTTP")));

        assertThat(to(snapshot, null, 15443, "outbound_.80_._.a.com")).isEqualTo("80||a.com*1");
        assertThat(to(snapshot, null, 15443, "outbound_.80_._.c.com"))
                .as("no part of the mesh")
                .isEqualTo("closed");
        assertThat(to(snapshot, null, 15443, "outbound_.80_._.b.org")).isEqualTo("closed");
    }

    @Test
    void tcpServerTakesTheFirstFittingBlockOfTheFirstRule() {
        String server = "{port: {number: 31400, name: tcp, protocol: TCP}, hosts: ['*']}";
        String first = rule("v1", "'*'", "g", """
                tcp:
                  - match: [{port: 1}]
                    route: [{destination: {host: never.com}}]
                  - match: [{port: 31400}]
                    route: [{destination: {host: echo.com, port: {number: 9000}}}]
                  - route: [{destination: {host: never.com}}]
                """);
        String second = rule("v2", "'*'", "g", "tcp: [{route: [{destination: {host: never.com}}]}]");
        String conflict = gateway("h", "{port: {number: 31400, name: http, protocol: HTTP}, hosts: ['*']}");
        ProxySnapshot snapshot = compile(GATEWAY, gateway("g", server), first, second, conflict);

        assertThat(to(snapshot, null, 31400, null)).isEqualTo("9000||echo.com*1");
        assertThat(snapshot.notices()).extracting(RuleNotice::code).containsExactly("PortConflict");
        assertThat(snapshot.listeners().get(0).speaksHttp()).isFalse();
    }

    @Test
    void serversThatEndTlsHaveATableOfTheirOwn() {
        String servers = "{port: {number: 443, name: one, protocol: HTTPS}, hosts: [a.com],"
                + " tls: {mode: SIMPLE, credentialName: c}},"
                + " {port: {number: 443, name: two, protocol: HTTPS}, hosts: ['default/*'],"
                + " tls: {mode: MUTUAL, credentialName: c}},"
                + " {port: {number: 443, name: three, protocol: HTTPS}, hosts: ['./a.com'],"
                + " tls: {mode: SIMPLE, credentialName: c}}";
        ProxySnapshot snapshot = compile(GATEWAY, gateway("g", servers));

        assertThat(to(snapshot, null, 443, "a.com")).isEqualTo("http https.443.one.g.default");
        assertThat(to(snapshot, null, 443, "b.com")).isEqualTo("http https.443.two.g.default");
        assertThat(to(snapshot, null, 443, null)).isEqualTo("closed");
        assertThat(snapshot.notices())
                .extracting(RuleNotice::code)
                .containsExactly("ServerNotServed", "ServerNotServed", "DuplicateServerName");
    }

    static String service(String name, String spec) {
        return "{kind: Service, metadata: {name: " + name + "}, spec: {" + spec + "}}";
    }

    @Test
    void instancesOfAHeadlessServiceAreToldByTheirAddresses() {
        ProxySnapshot snapshot = compile(
                SIDECAR,
                service("db", "clusterIP: None, ports: [{name: tcp, port: 9000}, {name: tls, port: 9443}]"),
                "{kind: Endpoints, metadata: {name: db}, subsets: [{addresses: [{ip: 10.0.0.1}], "
                        + "ports: [{name: tcp, port: 9000}, {name: tls, port: 9443}]}]}",
                entry("other.com", "", 9000, "TCP"));

        assertThat(to(snapshot, VIP, 9000, null)).isEqualTo("9000||db.default.svc.cluster.local*1");
        assertThat(to(snapshot, OTHER, 9000, null))
                .as("the port is not all its own")
                .isEqualTo("9000||other.com*1");
        assertThat(to(snapshot, VIP, 9443, "any.name")).isEqualTo("9443||db.default.svc.cluster.local*1");
    }

    @Test
    void aliasesOfATlsServiceAreServerNamesToo() {
        ProxySnapshot snapshot = compile(
                SIDECAR,
                service("new", "ports: [{name: https, port: 443}]"),
                service("old", "type: ExternalName, externalName: new.default.svc.cluster.local"));

        for (String name :
                List.of("new.default.svc.cluster.local", "old.default.svc.cluster.local", "old", "old.default")) {
            assertThat(to(snapshot, OTHER, 443, name)).as(name).isEqualTo("443||new.default.svc.cluster.local*1");
        }
        assertThat(to(snapshot, OTHER, 443, "old.other")).isEqualTo("PassthroughCluster*1");
    }

    @Test
    void rulesWithoutARouteAreNoRules() {
        String tcp = rule("v", "a.com", "mesh", "tcp: [{match: [{port: 9000}]}]");
        String tls = rule("w", "b.com", "mesh", "tls: [{match: [{sniHosts: [b.com]}]}]");
        ProxySnapshot snapshot =
                compile(SIDECAR, tcp, tls, entry("a.com", "10.0.0.1", 9000, "TCP"), entry("b.com", "", 443, "TLS"));

        assertThat(to(snapshot, VIP, 9000, null)).isEqualTo("9000||a.com*1");
        assertThat(to(snapshot, OTHER, 443, "b.com")).isEqualTo("443||b.com*1");
    }

    @Test
    void idleConnectionsEndWhenTheDestinationRuleOfTheFirstDestinationSaysSo() {
        String rule = """
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata: {name: %1$s}
                spec:
                  host: %1$s
                  trafficPolicy:
                    connectionPool: {tcp: {idleTimeout: %2$s}}
                    portLevelSettings: [{port: {number: 9000}, connectionPool: {tcp: {idleTimeout: 99s}}}]
                """;
        String[] rules = {
            entry("a.com", "10.0.0.1", 9000, "TCP"),
            entry("b.com", "10.0.0.2", 9000, "TCP"),
            rule.formatted("a.com", "5s"),
            rule.formatted("b.com", "7s"),
            rule(
                    "b",
                    "b.com",
                    "mesh",
                    "tcp: [{route: [{destination: {host: a.com}, weight: 1}, {destination: {host: b.com}, weight: 1}]}]")
        };

        ProxySnapshot snapshot = compile(SIDECAR, rules);

        assertThat(idleMillis(snapshot, VIP))
                .as("the host's own rule, not that of the port")
                .isEqualTo(5_000);
        assertThat(idleMillis(snapshot, OTHER))
                .as("b.com is split, first to a.com")
                .isEqualTo(5_000);
        assertThat(idleMillis(compile(SIDECAR, rules[0]), VIP)).isEqualTo(3_600_000);
    }

    private static long idleMillis(ProxySnapshot snapshot, byte[] address) {
        FilterChain chain =
                new FilterChains(snapshot.listeners().get(0).filterChains()).select(address, 9000, null, false);
        return ((TcpProxy) java.util.Objects.requireNonNull(chain).filter()).idleTimeoutMillis();
    }
}
