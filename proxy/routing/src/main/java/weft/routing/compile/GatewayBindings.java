package weft.routing.compile;

import java.util.List;
import weft.routing.registry.ServiceDocuments;
import weft.routing.snapshot.ProxySnapshot;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.Gateway;
import weft.schema.GatewayServer;

/** Which Gateways a gateway proxy listens for on a port. Thread-safe: functions only. */
public final class GatewayBindings {
    private GatewayBindings() {}

    /** Those with a server whose port is bound there: as it stands, or translated by the service in front. */
    public static List<RuleKey> of(ProxySnapshot snapshot, int boundPort) {
        RuleIndex index = new RuleIndex(snapshot.rules().values());
        GatewayPorts ports = new GatewayPorts(snapshot.identity(), new ServiceDocuments(index::ofKind));
        return index.ofKind("Gateway").stream()
                .filter(rule -> binds(rule, ports, boundPort))
                .map(Rule::key)
                .toList();
    }

    private static boolean binds(Rule rule, GatewayPorts ports, int boundPort) {
        for (GatewayServer server : ((Gateway) rule.resource()).getSpec().getServers()) {
            if (server.getPort() != null
                    && ports.of(rule, (int) server.getPort().getNumber()).contains(boundPort)) {
                return true;
            }
        }
        return false;
    }
}
