package weft.routing.compile;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import weft.routing.CaseTally;
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
        CaseTally tally = new CaseTally("istio-sidecar-route-cases");
        for (JsonNode c : Conformance.json("istio-sidecar-route-cases.json").get("cases")) {
            tally.add(c.get("id").asText(), String.join("; ", check(c)));
        }
        tally.report();
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
        ProxySnapshot snapshot =
                new SnapshotCompiler(identity).compile(TestRules.snapshot(config), ProxySnapshot.empty(identity));
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
}
