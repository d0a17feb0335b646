package weft.routing.compile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import weft.routing.TestRules;
import weft.routing.route.VirtualHost;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxySnapshot;

/** A root or a delegate that cannot be served hurts nobody else. */
class DelegateRejectionTest {
    private static final ProxyIdentity SIDECAR = new ProxyIdentity(
            "c",
            "default",
            Map.of(),
            "",
            "",
            "c",
            ProxyIdentity.Mode.SIDECAR,
            List.of(),
            new ProxyIdentity.OutboundSocket("127.0.0.1", 15001));

    private static ProxySnapshot compile(String... yaml) {
        return new SnapshotCompiler(SIDECAR).compile(TestRules.snapshot(yaml), ProxySnapshot.empty(SIDECAR));
    }

    private static String root(String match) {
        return """
                kind: VirtualService
                metadata: {name: root}
                spec: {hosts: [a.com], http: [{match: [%s], delegate: {name: part}}]}
                """.formatted(match);
    }

    private static String delegate(String route) {
        return """
                kind: VirtualService
                metadata: {name: part}
                spec: {http: [%s]}
                """.formatted(route);
    }

    @Test
    void rootWhoseOwnMatchDoesNotCompileIsRejectedByItself() {
        ProxySnapshot snapshot = compile(root("{uri: {regex: '('}}"), delegate("{route: [{destination: {host: b}}]}"));
        assertThat(snapshot.rejections()).extracting(r -> r.key().name()).containsExactly("root");
        assertThat(snapshot.rules()).hasSize(1);
    }

    @Test
    void delegateThatDoesNotCompileIsRejectedByItself() {
        ProxySnapshot snapshot = compile(
                root("{uri: {prefix: /}}"), delegate("{match: [{uri: {regex: '('}}], directResponse: {status: 200}}"));
        assertThat(snapshot.rejections()).extracting(r -> r.key().name()).containsExactly("part");
    }

    @Test
    void routeWithoutActionInRootAndDelegateLeavesNothingBehind() {
        ProxySnapshot snapshot = compile(root("{uri: {prefix: /}}"), delegate("{timeout: 1s}"));
        assertThat(snapshot.rejections()).isEmpty();
        assertThat(Objects.requireNonNull(snapshot.listeners().get(0).routes(80))
                        .virtualHosts())
                .extracting(VirtualHost::name)
                .containsExactly("allow_any");
    }
}
