package weft.routing.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static weft.routing.compile.FilterChainRulesTest.OTHER;
import static weft.routing.compile.FilterChainRulesTest.SIDECAR;
import static weft.routing.compile.FilterChainRulesTest.VIP;
import static weft.routing.compile.FilterChainRulesTest.compile;
import static weft.routing.compile.FilterChainRulesTest.entry;
import static weft.routing.compile.FilterChainRulesTest.rule;
import static weft.routing.compile.FilterChainRulesTest.to;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import weft.routing.snapshot.FilterChain.Application;
import weft.routing.snapshot.FilterChains;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxyIdentity.ServiceSocket;
import weft.routing.snapshot.ProxySnapshot;

/** What a socket of one port of a service does, and what chains tell of their connections. */
class ServiceSocketRulesTest {
    /** What a socket of one port of a service does; its address is the loopback's, whatever the service's is. */
    private static String bySocket(String host, int port, @Nullable String name, String... rules) {
        ProxyIdentity identity = new ProxyIdentity(
                "p",
                "default",
                Map.of(),
                "",
                "",
                "p",
                Mode.SIDECAR,
                List.of(),
                null,
                List.of(new ServiceSocket("127.0.0.1", 4_000, host, port)));
        return to(compile(identity, rules), new byte[] {127, 0, 0, 1}, 4_000, name);
    }

    @Test
    void socketOfAServiceFollowsItsRulesWhateverAddressesItHas() {
        String split = rule("v", "a.com", "mesh", """
                tcp:
                  - match: [{destinationSubnets: [10.0.0.2/32]}]
                    route: [{destination: {host: never.com}}]
                  - match: [{port: 9000}]
                    route:
                    - {destination: {host: x.com}, weight: 3}
                    - {destination: {host: y.com, subset: v1}, weight: 1}
                """);
        for (String addresses : List.of("", "10.0.0.1", "10.0.0.1, 10.0.1.0/24")) {
            String service = entry("a.com", addresses, 9000, "TCP");
            assertThat(bySocket("a.com", 9000, null, service)).isEqualTo("9000||a.com*1");
            assertThat(bySocket("a.com", 9000, null, service, split)).isEqualTo("9000||x.com*3 9000|v1|y.com*1");
        }
    }

    @Test
    void socketOfATlsServiceTakesAnyNameUntilRulesTellThemApart() {
        String service = entry("a.com", "", 443, "TLS");
        assertThat(bySocket("a.com", 443, null, service)).isEqualTo("443||a.com*1");
        assertThat(bySocket("a.com", 443, "other.com", service)).isEqualTo("443||a.com*1");

        String rules = rule("v", "a.com", "mesh", """
                tls:
                  - match: [{port: 443, sniHosts: [x.com]}]
                    route: [{destination: {host: first.com}}]
                """);
        assertThat(bySocket("a.com", 443, "x.com", service, rules)).isEqualTo("443||first.com*1");
        assertThat(bySocket("a.com", 443, "y.com", service, rules)).isEqualTo("closed");
    }

    @Test
    void socketOfAnUnknownServiceIsABlackHole() {
        assertThat(bySocket("a.com", 9000, null)).isEqualTo("BlackHoleCluster*1");
        assertThat(bySocket("a.com", 9001, null, entry("a.com", "", 9000, "TCP")))
                .isEqualTo("BlackHoleCluster*1");
        assertThat(bySocket("echo", 9000, null, entry("echo.default.svc.cluster.local", "", 9000, "TCP")))
                .isEqualTo("9000||echo.default.svc.cluster.local*1");
    }

    @Test
    void chainsTellWhatTheirConnectionsCarry() {
        ProxySnapshot snapshot = compile(
                SIDECAR,
                entry("a.com", "10.0.0.1", 9000, "TCP"),
                entry("b.com", "10.0.0.2", 9000, "''"),
                entry("c.com", "10.0.0.3", 9000, "HTTP"));
        FilterChains chains = new FilterChains(snapshot.listeners().get(0).filterChains());

        assertThat(chains.application(VIP, 9000)).isEqualTo(Application.OPAQUE);
        assertThat(chains.application(OTHER, 9000)).isEqualTo(Application.SNIFFED);
        assertThat(chains.application(new byte[] {10, 0, 0, 3}, 9000)).isEqualTo(Application.UNKNOWN);
        assertThat(chains.application(VIP, 1)).isEqualTo(Application.UNKNOWN);
    }
}
