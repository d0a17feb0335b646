package weft.routing.compile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import weft.routing.TestRules;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxySnapshot;

/** Kinds that are published and that no proxy acts on change nothing of what is served. */
class UncompiledKindsTest {
    private static final ProxyIdentity SIDECAR = new ProxyIdentity(
            "shop-1", "default", Map.of("app", "shop"), "", "default", "shop", ProxyIdentity.Mode.SIDECAR, List.of());

    private static final String SERVED = """
            kind: ServiceEntry
            metadata: {name: reviews}
            spec:
              hosts: [reviews.default.svc.cluster.local]
              ports: [{number: 80, name: http, protocol: HTTP}]
              resolution: STATIC
              endpoints: [{address: 10.0.0.1}]
            ---
            kind: VirtualService
            metadata: {name: reviews}
            spec:
              hosts: [reviews]
              http: [{timeout: 1s, route: [{destination: {host: reviews}}]}]
            """;

    private static final String OTHERS = """
            ---
            kind: PeerAuthentication
            metadata: {name: strict}
            spec: {mtls: {mode: STRICT}}
            ---
            kind: RequestAuthentication
            metadata: {name: tokens}
            spec: {jwtRules: [{issuer: a, jwksUri: "https://a/keys"}]}
            ---
            kind: AuthorizationPolicy
            metadata: {name: nobody}
            spec: {}
            ---
            kind: Telemetry
            metadata: {name: logs}
            spec: {accessLogging: [{providers: [{name: envoy}]}]}
            ---
            kind: ProxyConfig
            metadata: {name: workers}
            spec: {concurrency: 2}
            """;

    private static ProxySnapshot compile(String rules) {
        return new SnapshotCompiler(SIDECAR).compile(TestRules.snapshot(rules), ProxySnapshot.empty(SIDECAR));
    }

    @Test
    void nothingOfWhatIsServedChanges() {
        ProxySnapshot without = compile(SERVED);
        ProxySnapshot with = compile(SERVED + OTHERS);
        assertThat(with.rejections()).isEmpty();
        assertThat(with.rules()).hasSize(without.rules().size() + 5);
        assertThat(with.clusters().keySet())
                .isEqualTo(without.clusters().keySet())
                .isNotEmpty();
        assertThat(with.listeners().toString()).isEqualTo(without.listeners().toString());
    }
}
