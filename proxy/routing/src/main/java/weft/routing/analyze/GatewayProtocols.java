package weft.routing.analyze;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.routing.registry.Protocol;
import weft.rules.Rule;
import weft.schema.GatewayServer;
import weft.schema.ServerTLSMode;
import weft.schema.VirtualServiceSpec;

/**
 * Routes that none of the Gateways of a VirtualService can use: http where TLS is passed through, tls where it is
 * terminated. Thread-safe: functions only.
 */
final class GatewayProtocols {
    private GatewayProtocols() {}

    /** Which routes a server takes from a VirtualService. */
    private enum Use {
        HTTP,
        TLS,
        TCP
    }

    static void analyze(Mesh mesh, Findings findings) {
        for (Rule rule : mesh.ofKind("VirtualService")) {
            VirtualServiceSpec spec = Mesh.virtualService(rule);
            Set<Use> uses = uses(mesh, rule);
            if (uses != null && !uses.isEmpty()) {
                unused(rule, Use.HTTP, "http", spec.getHttp(), uses, findings);
                unused(rule, Use.TLS, "tls", spec.getTls(), uses, findings);
                unused(rule, Use.TCP, "tcp", spec.getTcp(), uses, findings);
            }
        }
    }

    /** What all of its Gateways use; null when sidecars use it too or a Gateway is missing. */
    private static @Nullable Set<Use> uses(Mesh mesh, Rule rule) {
        VirtualServiceSpec spec = Mesh.virtualService(rule);
        if (spec.getGateways().isEmpty()) {
            return null;
        }
        Set<Use> uses = EnumSet.noneOf(Use.class);
        for (String named : spec.getGateways()) {
            Rule gateway = mesh.gateway(named, rule.key().namespace());
            if (gateway == null) {
                return null;
            }
            GatewayHosts served = mesh.hostsOf(gateway);
            List<GatewayServer> servers = Mesh.gateway(gateway).getServers();
            for (int i = 0; i < servers.size(); i++) {
                Use use = use(servers.get(i));
                if (!uses.contains(use)
                        && served.admits(i, spec.getHosts(), rule.key().namespace())) {
                    uses.add(use);
                }
            }
        }
        return uses;
    }

    private static Use use(GatewayServer server) {
        Protocol protocol =
                Protocol.parse(server.getPort() == null ? "" : server.getPort().getProtocol());
        boolean isPassed = server.getTls() != null
                && (server.getTls().getMode() == ServerTLSMode.PASSTHROUGH
                        || server.getTls().getMode() == ServerTLSMode.AUTO_PASSTHROUGH);
        if (protocol.isHttp() || (protocol == Protocol.HTTPS && !isPassed)) {
            return Use.HTTP;
        }
        return isPassed ? Use.TLS : Use.TCP;
    }

    private static void unused(Rule rule, Use use, String field, List<?> routes, Set<Use> uses, Findings findings) {
        if (!routes.isEmpty() && !uses.contains(use)) {
            findings.add(
                    FindingCode.WFT0206,
                    rule,
                    field,
                    "no gateway uses these routes: the servers of these hosts take " + field(uses) + " routes only"
                            + reason(use));
        }
    }

    private static String field(Set<Use> uses) {
        return String.join(
                " and ",
                uses.stream().map(use -> use.name().toLowerCase(Locale.ROOT)).toList());
    }

    private static String reason(Use use) {
        return switch (use) {
            case HTTP -> " (expected: protocol HTTP, or HTTPS with a tls.mode that terminates)";
            case TLS -> " (expected: tls.mode PASSTHROUGH)";
            case TCP -> " (expected: protocol TCP, or TLS with a tls.mode that terminates)";
        };
    }
}
