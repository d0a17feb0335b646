package weft.routing.compile;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static weft.routing.compile.FilterChainRulesTest.GATEWAY;
import static weft.routing.compile.FilterChainRulesTest.compile;
import static weft.routing.compile.FilterChainRulesTest.gateway;

import java.util.List;
import org.junit.jupiter.api.Test;
import weft.routing.route.Forward;
import weft.routing.route.VirtualHost;

/** Whose names the short ones are in rules that are made of a root and a delegate of another namespace. */
class DelegateNamesTest {
    private static final String SERVER = gateway("g", "{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}");

    private static String root(String match) {
        return """
                kind: VirtualService
                metadata: {name: root}
                spec: {hosts: [a.com], gateways: [g], http: [{match: [%s], mirror: {host: m}, delegate: {name: d, namespace: team}}]}
                """.formatted(match);
    }

    private static String delegate(String match) {
        return """
                kind: VirtualService
                metadata: {name: d, namespace: team}
                spec: {http: [{match: [%s], route: [{destination: {host: s}}]}]}
                """.formatted(match);
    }

    private static List<VirtualHost> hosts(String root, String delegate) {
        return requireNonNull(compile(GATEWAY, SERVER, root(root), delegate(delegate))
                        .listeners()
                        .get(0)
                        .routes(80))
                .virtualHosts();
    }

    @Test
    void eachSaysTheNamesOfItsOwnNamespace() {
        Forward forward = (Forward) hosts("{gateways: [g]}", "{gateways: [default/g]}")
                .get(0)
                .routes()
                .get(0)
                .action();

        assertThat(forward.clusters().get(0).cluster()).isEqualTo("outbound|80||s.team.svc.cluster.local");
        assertThat(forward.mirrors().get(0).cluster()).isEqualTo("outbound|80||m.default.svc.cluster.local");
    }

    @Test
    void aGatewayOfTheSameShortNameIsAnother() {
        assertThat(hosts("{gateways: [g]}", "{gateways: [g]}"))
                .extracting(VirtualHost::name)
                .containsExactly("blackhole:80");
        assertThat(hosts("{uri: {prefix: /}}", "{gateways: [g]}"))
                .extracting(VirtualHost::name)
                .containsExactly("blackhole:80");
        assertThat(hosts("{uri: {prefix: /}}", "{gateways: [./g, default/g]}"))
                .extracting(VirtualHost::name)
                .containsExactly("a.com:80");
    }
}
