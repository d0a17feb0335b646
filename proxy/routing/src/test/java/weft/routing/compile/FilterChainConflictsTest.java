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

import org.junit.jupiter.api.Test;
import weft.routing.snapshot.FilterChain;
import weft.routing.snapshot.ProxySnapshot;
import weft.routing.snapshot.RuleNotice;

/** What becomes of connections and rules where several claim the same, or none does. */
class FilterChainConflictsTest {

    @Test
    void anAddressWithoutTheServerNameIsAnUnknownPlaceAndNotClosed() {
        String named = rule(
                "v", "a.com", "mesh", "tls: [{match: [{sniHosts: [a.com]}], route: [{destination: {host: b.com}}]}]");
        ProxySnapshot snapshot = compile(SIDECAR, named, entry("a.com", "10.0.0.1", 443, "TLS"));

        assertThat(to(snapshot, VIP, 443, "a.com")).isEqualTo("443||b.com*1");
        assertThat(to(snapshot, VIP, 443, "z.com")).isEqualTo("PassthroughCluster*1");
        assertThat(to(snapshot, VIP, 443, null)).isEqualTo("PassthroughCluster*1");
    }

    @Test
    void noTwoChainsOfAListenerMatchTheSame() {
        ProxySnapshot snapshot = compile(
                SIDECAR,
                entry("a.com", "", 9000, "TCP"),
                entry("b.com", "", 9000, "TCP"),
                entry("c.com", "10.0.0.1", 9000, "TCP"),
                entry("d.com", "10.0.0.1", 9000, "TCP"),
                rule("v", "'*.com'", "mesh", """
                        tls:
                          - match: [{sniHosts: [x.com]}, {sniHosts: [x.com, y.com]}]
                            route: [{destination: {host: b.com}}]
                        """),
                entry("e.com", "", 443, "TLS"),
                entry("f.com", "", 443, "TLS"));

        assertThat(snapshot.listeners().get(0).filterChains())
                .extracting(FilterChain::match)
                .doesNotHaveDuplicates();
    }

    @Test
    void aRuleForAnotherNamespaceDoesNotHold() {
        String tcp = rule(
                "v",
                "a.com",
                "mesh",
                "tcp: [{match: [{sourceNamespace: other}], route: [{destination: {host: b.com}}]}]");
        String tls = rule(
                "w",
                "c.com",
                "mesh",
                "tls: [{match: [{sniHosts: [c.com], sourceNamespace: other}], route: [{destination: {host: b.com}}]}]");
        ProxySnapshot snapshot =
                compile(SIDECAR, tcp, tls, entry("a.com", "10.0.0.1", 9000, "TCP"), entry("c.com", "", 443, "TLS"));

        assertThat(to(snapshot, VIP, 9000, null)).isEqualTo("9000||a.com*1");
        assertThat(to(snapshot, OTHER, 443, "c.com")).isEqualTo("443||c.com*1");
    }

    @Test
    void ofTwoTcpServersOfAPortTheFirstServes() {
        String server = "{port: {number: 31400, name: %s, protocol: TCP}, hosts: ['%s']}";
        ProxySnapshot snapshot = compile(
                GATEWAY,
                gateway("a", server.formatted("one", "*")),
                gateway("b", server.formatted("two", "b.com")),
                rule("v1", "'*'", "a", "tcp: [{route: [{destination: {host: first.com}}]}]"),
                rule("v2", "b.com", "b", "tcp: [{route: [{destination: {host: never.com}}]}]"));

        assertThat(to(snapshot, null, 31400, null)).isEqualTo("31400||first.com*1");
        assertThat(snapshot.notices())
                .filteredOn(notice -> notice.code().equals("PortConflict"))
                .extracting(RuleNotice::text)
                .singleElement()
                .asString()
                .contains("31400");
    }

    @Test
    void namespacesShareAPortThatPassesTlsThrough() {
        String server = "{port: {number: 443, name: %1$s, protocol: TLS}, hosts: ['%1$s/*'], tls: {mode: PASSTHROUGH}}";
        String route =
                "tls: [{match: [{sniHosts: [%1$s.com]}], route: [{destination: {host: %1$s.com, port: {number: 1}}}]}]";
        String one = rule("v", "one.com", "default/g", route.formatted("one"));
        String two = rule("v", "two.com", "default/g", route.formatted("two"));
        ProxySnapshot snapshot = compile(
                GATEWAY,
                gateway("g", server.formatted("one") + ", " + server.formatted("two")),
                one.replace("{name: v}", "{name: v, namespace: one}"),
                two.replace("{name: v}", "{name: v, namespace: two}"));

        assertThat(to(snapshot, null, 443, "one.com")).isEqualTo("1||one.com*1");
        assertThat(to(snapshot, null, 443, "two.com")).isEqualTo("1||two.com*1");
        assertThat(snapshot.notices()).isEmpty();
    }

    @Test
    void aMatchThatIsLeftOutTakesNoNames() {
        String server = "{port: {number: 443, name: tls, protocol: TLS}, hosts: ['*'], tls: {mode: PASSTHROUGH}}";
        ProxySnapshot snapshot = compile(GATEWAY, gateway("g", server), rule("v", "'*.com'", "g", """
                tls:
                  - match: [{sniHosts: [a.com]}]
                    route: [{destination: {host: x.com, port: {number: 1}}}]
                  - match: [{sniHosts: [a.com, b.com]}]
                    route: [{destination: {host: never.com, port: {number: 2}}}]
                  - match: [{sniHosts: [b.com]}]
                    route: [{destination: {host: y.com, port: {number: 3}}}]
                """));

        assertThat(to(snapshot, null, 443, "a.com")).isEqualTo("1||x.com*1");
        assertThat(to(snapshot, null, 443, "b.com")).isEqualTo("3||y.com*1");
        assertThat(snapshot.notices()).extracting(RuleNotice::code).containsExactly("DuplicateServerName");
    }

    @Test
    void anEntryWithoutRouteTakesNothingFromThoseAfterIt() {
        String servers = "{port: {number: 443, name: tls, protocol: TLS}, hosts: ['*'], tls: {mode: PASSTHROUGH}}, "
                + "{port: {number: 9000, name: tcp, protocol: TCP}, hosts: ['*']}";
        ProxySnapshot snapshot = compile(GATEWAY, gateway("g", servers), rule("v", "'*'", "g", """
                tls:
                  - match: [{sniHosts: [a.com]}]
                  - match: [{sniHosts: [a.com]}]
                    route: [{destination: {host: x.com, port: {number: 1}}}]
                  tcp:
                  - match: [{port: 9000}]
                  - route: [{destination: {host: y.com, port: {number: 2}}}]
                """));

        assertThat(to(snapshot, null, 443, "a.com")).isEqualTo("1||x.com*1");
        assertThat(to(snapshot, null, 9000, null)).isEqualTo("2||y.com*1");
    }

    @Test
    void subsetsHaveSrvNamesToo() {
        String server =
                "{port: {number: 15443, name: tls, protocol: TLS}, hosts: ['*'], tls: {mode: AUTO_PASSTHROUGH}}";
        ProxySnapshot snapshot = compile(
                GATEWAY,
                gateway("g", server),
                inside(entry("a.com", "", 80, "HTTP")),
                "{kind: DestinationRule, metadata: {name: d}, spec: {host: a.com, subsets: [{name: v1}]}}");

        assertThat(to(snapshot, null, 15443, "outbound_.80_.v1_.a.com")).endsWith("v1|a.com*1");
        assertThat(to(snapshot, null, 15443, "outbound_.80_.v2_.a.com")).isEqualTo("closed");
        assertThat(to(snapshot, null, 15443, "a.com")).isEqualTo("closed");
    }

    @Test
    void aTcpServerThatEndsTlsServesItsOwnNames() {
        String server =
                "{port: {number: 443, name: %s, protocol: TLS}, hosts: [%s], tls: {mode: SIMPLE, credentialName: c}}";
        ProxySnapshot snapshot = compile(
                GATEWAY,
                gateway("g", server.formatted("one", "a.com") + ", " + server.formatted("two", "b.com")),
                rule("v1", "a.com", "g", "tcp: [{route: [{destination: {host: x.com, port: {number: 1}}}]}]"),
                rule("v2", "b.com", "g", "tcp: [{route: [{destination: {host: y.com, port: {number: 2}}}]}]"));

        assertThat(to(snapshot, null, 443, "a.com")).isEqualTo("1||x.com*1");
        assertThat(to(snapshot, null, 443, "b.com")).isEqualTo("2||y.com*1");
        assertThat(to(snapshot, null, 443, "c.com")).isEqualTo("closed");
    }
}
