package weft.routing.compile;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import weft.routing.Conformance;
import weft.routing.TestRules;
import weft.routing.route.Forward;
import weft.routing.route.RouteTable;
import weft.routing.route.VirtualHost;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxySnapshot;

/** Istio's cases of which VirtualService a sidecar's virtual host obeys. */
class SidecarRouteCasesTest {

    @Test
    void virtualHostsHaveTheClustersIstioGivesThem() {
        List<String> failed = new ArrayList<>();
        int passed = 0;
        for (JsonNode c : Conformance.json("istio-sidecar-route-cases.json").get("cases")) {
            List<String> wrong = check(c);
            passed += wrong.isEmpty() ? 1 : 0;
            failed.addAll(wrong);
        }
        System.out.println(
                "istio-sidecar-route-cases: " + passed + " passed, " + failed.size() + " failed, 0 deviating");
        assertThat(failed).isEmpty();
    }

    private static List<String> check(JsonNode c) {
        ProxyIdentity identity = new ProxyIdentity(
                "p",
                c.get("proxyNamespace").asText(),
                Map.of(),
                "",
                "",
                "p",
                Mode.SIDECAR,
                List.of(),
                new ProxyIdentity.OutboundSocket("127.0.0.1", 15001));
        String config = c.get("config").asText();
        ProxySnapshot snapshot = new SnapshotCompiler(identity)
                .compile(TestRules.snapshot(config, services(config)), ProxySnapshot.empty(identity));
        int port = Integer.parseInt(c.get("listenPort").asText());
        RouteTable table = requireNonNull(snapshot.listeners().get(0).routes(port));
        List<String> wrong = new ArrayList<>();
        c.get("expectedVirtualHostToClusters").properties().forEach(expected -> {
            List<String> want = new ArrayList<>();
            expected.getValue().forEach(cluster -> want.add(cluster.asText()));
            List<String> got = clusters(table, expected.getKey() + ":" + port);
            if (!want.equals(got)) {
                wrong.add(c.get("id") + " " + expected.getKey() + ": " + got + " (expected: " + want + ")");
            }
        });
        return wrong;
    }

    private static List<String> clusters(RouteTable table, String virtualHost) {
        List<String> clusters = new ArrayList<>();
        for (VirtualHost host : table.virtualHosts()) {
            if (host.name().equals(virtualHost)) {
                host.routes()
                        .forEach(route -> ((Forward) route.action())
                                .clusters()
                                .forEach(cluster -> clusters.add(cluster.cluster())));
            }
        }
        return clusters;
    }

    /** Kubernetes Services of a case, said as ServiceEntries. */
    private static String services(String config) {
        StringBuilder entries = new StringBuilder();
        for (Object document : new Load(LoadSettings.builder().build()).loadAllFromString(config)) {
            if (document instanceof Map<?, ?> map && "Service".equals(map.get("kind"))) {
                Map<?, ?> meta = (Map<?, ?>) requireNonNull(map.get("metadata"));
                Map<?, ?> spec = (Map<?, ?>) requireNonNull(map.get("spec"));
                StringBuilder ports = new StringBuilder();
                for (Object port : (List<?>) requireNonNull(spec.get("ports"))) {
                    Map<?, ?> p = (Map<?, ?>) port;
                    ports.append("{number: ")
                            .append(p.get("port"))
                            .append(", name: ")
                            .append(p.get("name"))
                            .append("},");
                }
                entries.append("""
                        ---
                        kind: ServiceEntry
                        metadata: {name: %1$s, namespace: %2$s}
                        spec:
                          hosts: [%1$s.%2$s.svc.cluster.local]
                          addresses: ["%3$s"]
                          resolution: STATIC
                          location: MESH_INTERNAL
                          ports: [%4$s]
                        """.formatted(meta.get("name"), meta.get("namespace"), spec.get("clusterIP"), ports));
            }
        }
        return entries.toString();
    }
}
