package weft.routing.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.routing.compile.FilterChainRulesTest.GATEWAY;
import static weft.routing.compile.FilterChainRulesTest.OTHER;
import static weft.routing.compile.FilterChainRulesTest.SIDECAR;
import static weft.routing.compile.FilterChainRulesTest.VIP;
import static weft.routing.compile.FilterChainRulesTest.compile;
import static weft.routing.compile.FilterChainRulesTest.entry;
import static weft.routing.compile.FilterChainRulesTest.gateway;
import static weft.routing.compile.FilterChainRulesTest.inside;
import static weft.routing.compile.FilterChainRulesTest.rule;
import static weft.routing.compile.FilterChainRulesTest.to;

import java.util.List;
import org.junit.jupiter.api.Test;
import weft.routing.snapshot.FilterChain;
import weft.routing.snapshot.NetworkFilter.TcpProxy;
import weft.routing.snapshot.ProxySnapshot;

/** What tcp and tls rules make of connections: the finer points. */
class FilterChainDetailsTest {
    private static List<FilterChain> chains(ProxySnapshot snapshot) {
        return snapshot.listeners().stream()
                .flatMap(listener -> listener.filterChains().stream())
                .toList();
    }

    private static TcpProxy proxy(ProxySnapshot snapshot, String cluster) {
        return chains(snapshot).stream()
                .filter(chain -> chain.filter() instanceof TcpProxy)
                .map(chain -> (TcpProxy) chain.filter())
                .filter(proxy -> proxy.clusters().get(0).cluster().equals(cluster))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void datagramsAreNotServed() {
        assertThat(to(compile(SIDECAR, entry("u.com", "10.0.0.1", 53, "UDP")), VIP, 53, null))
                .isEqualTo("PassthroughCluster*1");
        String server =
                "{port: {number: 15443, name: tls, protocol: TLS}, hosts: ['*'], tls: {mode: AUTO_PASSTHROUGH}}";
        assertThat(to(
                        compile(GATEWAY, gateway("g", server), inside(entry("u.com", "", 53, "UDP"))),
                        null,
                        15443,
                        "outbound_.53_._.u.com"))
                .isEqualTo("closed");
    }

    @Test
    void aTlsServiceOfABlockIsAskedForByName() {
        ProxySnapshot snapshot =
                compile(SIDECAR, entry("wide.com", "10.0.0.0/8", 443, "TLS"), entry("one.com", "10.0.0.2", 443, "TLS"));

        assertThat(to(snapshot, VIP, 443, "wide.com")).isEqualTo("443||wide.com*1");
        assertThat(to(snapshot, VIP, 443, "else.com"))
                .as("others may live in the block")
                .isEqualTo("PassthroughCluster*1");
        assertThat(to(snapshot, OTHER, 443, "else.com"))
                .as("an address of its own says enough")
                .isEqualTo("443||one.com*1");
    }

    @Test
    void subnetsOfOneEntryLeaveTheNextEntriesTheirs() {
        String split = rule("v", "a.com", "mesh", """
                tcp:
                  - match: [{destinationSubnets: [10.0.0.1/32]}]
                    route: [{destination: {host: x.com, port: {number: 1}}}]
                  - match: [{destinationSubnets: [10.0.0.2/32]}]
                    route: [{destination: {host: y.com, port: {number: 2}}}]
                  - route: [{destination: {host: z.com, port: {number: 3}}}]
                  - match: [{destinationSubnets: [10.0.0.3/32]}]
                    route: [{destination: {host: never.com, port: {number: 4}}}]
                """);
        ProxySnapshot snapshot = compile(SIDECAR, split, entry("a.com", "10.0.0.1", 9000, "TCP"));

        assertThat(to(snapshot, VIP, 9000, null)).isEqualTo("1||x.com*1");
        assertThat(to(snapshot, OTHER, 9000, null)).isEqualTo("2||y.com*1");
        assertThat(to(snapshot, new byte[] {10, 0, 0, 3}, 9000, null))
                .as("an entry for all of the service is the last")
                .isEqualTo("PassthroughCluster*1");
    }

    @Test
    void serverNamesOfRulesAreMatchedWhateverTheirCase() {
        String tls =
                "tls: [{match: [{sniHosts: [X.A.com]}], route: [{destination: {host: y.com, port: {number: 1}}}]}]";
        ProxySnapshot sidecar =
                compile(SIDECAR, rule("v", "'*.a.com', '*.A.com'", "mesh", tls), entry("x.a.com", "", 443, "TLS"));
        assertThat(to(sidecar, OTHER, 443, "x.a.com")).isEqualTo("1||y.com*1");
        String server = "{port: {number: 443, name: tls, protocol: TLS}, hosts: ['*'], tls: {mode: PASSTHROUGH}}";
        ProxySnapshot gateway = compile(GATEWAY, gateway("g", server), rule("v", "'*.A.com'", "g", tls));
        assertThat(to(gateway, null, 443, "x.a.com")).isEqualTo("1||y.com*1");
    }

    @Test
    void aMatchForAnotherGatewayDoesNotHold() {
        String server = "{port: {number: 31400, name: tcp, protocol: TCP}, hosts: ['*']}";
        String routes = """
                tcp:
                  - match: [{gateways: [other]}]
                    route: [{destination: {host: never.com, port: {number: 1}}}]
                  - match: [{gateways: [default/g]}]
                    route: [{destination: {host: x.com, port: {number: 2}}}]
                """;
        assertThat(to(compile(GATEWAY, gateway("g", server), rule("v", "'*'", "g", routes)), null, 31400, null))
                .isEqualTo("2||x.com*1");
    }

    @Test
    void aServerForOneNamespaceTakesTheRulesOfThatOne() {
        String server = "{port: {number: 31400, name: tcp, protocol: TCP}, hosts: [%s/*]}";
        String elsewhere = rule(
                        "v", "'*'", "default/g", "tcp: [{route: [{destination: {host: x.com, port: {number: 2}}}]}]")
                .replace("{name: v}", "{name: v, namespace: far}");
        assertThat(to(compile(GATEWAY, gateway("g", server.formatted("far")), elsewhere), null, 31400, null))
                .isEqualTo("2||x.com*1");
        assertThat(to(compile(GATEWAY, gateway("g", server.formatted("default")), elsewhere), null, 31400, null))
                .isEqualTo("closed");
    }

    @Test
    void aServerOfAllHostsAsksForNoServerName() {
        String server =
                "{port: {number: 443, name: https, protocol: HTTPS}, hosts: ['*'], tls: {mode: SIMPLE, credentialName: c}}";
        assertThat(chains(compile(GATEWAY, gateway("g", server))))
                .singleElement()
                .satisfies(chain -> assertThat(chain.match().serverNames()).isEmpty());
    }

    @Test
    void twoServersThatKnowEveryServiceGiveEachNameOnce() {
        String server = "{port: {number: 15443, name: %s, protocol: TLS}, hosts: [%s], tls: {mode: AUTO_PASSTHROUGH}}";
        ProxySnapshot snapshot = compile(
                GATEWAY,
                gateway("g", server.formatted("a", "'*.com'") + ", " + server.formatted("b", "'*'")),
                inside(entry("a.com", "", 80, "HTTP")));
        assertThat(chains(snapshot))
                .extracting(FilterChain::match)
                .doesNotHaveDuplicates()
                .hasSize(1);
    }

    @Test
    void connectionsAreCountedByClusterOrByRuleAndEndInTime() {
        String split = rule("v", "a.com", "mesh", """
                tcp:
                  - match: [{destinationSubnets: [10.0.0.1/32]}]
                    route: [{destination: {host: x.com}}]
                  - route: [{destination: {host: y.com}, weight: 1}, {destination: {host: z.com}, weight: 1}]
                """);
        String limit = """
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata: {name: x}
                spec: {host: x.com, trafficPolicy: {connectionPool: {tcp: {maxConnectionDuration: 7s}}}}
                """;
        ProxySnapshot snapshot = compile(
                SIDECAR,
                split,
                limit,
                entry("a.com", "10.0.0.1, 10.0.0.2", 9000, "TCP"),
                entry("x.com", "10.9.0.1", 9000, "TCP"));

        TcpProxy one = proxy(snapshot, "outbound|9000||x.com");
        assertThat(one.statPrefix()).isEqualTo("outbound|9000||x.com");
        assertThat(one.maxConnectionDurationMillis()).isEqualTo(7_000);
        TcpProxy two = proxy(snapshot, "outbound|9000||y.com");
        assertThat(two.statPrefix()).isEqualTo("v.default");
        assertThat(two.maxConnectionDurationMillis()).isZero();
    }
}
