package weft.routing.analyze;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import weft.routing.host.HostNames;
import weft.rules.Rule;
import weft.schema.GatewayServer;
import weft.schema.VirtualServiceSpec;

/** Gateways, and the VirtualServices that name them. Thread-safe: functions only. */
final class GatewayFindings {
    private GatewayFindings() {}

    static void analyze(Mesh mesh, Findings findings) {
        List<String> names = mesh.ofKind("Gateway").stream()
                .map(rule -> rule.key().namespace() + "/" + rule.key().name())
                .toList();
        for (Rule rule : mesh.ofKind("VirtualService")) {
            VirtualServiceSpec spec = Mesh.virtualService(rule);
            for (int i = 0; i < spec.getGateways().size(); i++) {
                bound(mesh, rule, i, names, findings);
            }
        }
        conflicts(mesh, findings);
    }

    private static void bound(Mesh mesh, Rule rule, int index, List<String> names, Findings findings) {
        String named = Mesh.virtualService(rule).getGateways().get(index);
        if (named.equals(Mesh.SIDECARS)) {
            return;
        }
        String path = "gateways[" + index + "]";
        Rule gateway = mesh.gateway(named, rule.key().namespace());
        if (gateway == null) {
            String full = named.indexOf('/') < 0 ? rule.key().namespace() + "/" + named : named;
            String message =
                    "gateway \"" + named + "\" not found" + (full.equals(named) ? "" : " (it means " + full + ")");
            findings.notFound(FindingCode.IST0101, rule, path, message, full, names);
            return;
        }
        List<String> hosts = Mesh.virtualService(rule).getHosts();
        if (!hosts.isEmpty()
                && hosts.stream()
                        .noneMatch(host -> admits(gateway, host, rule.key().namespace()))) {
            findings.add(
                    FindingCode.IST0132,
                    rule,
                    path,
                    "Gateway " + gateway.key().namespace() + "/"
                            + gateway.key().name() + " serves none of the hosts " + hosts + " to namespace "
                            + rule.key().namespace());
        }
    }

    /** Whether some server of the gateway serves the host for rules of a namespace. */
    static boolean admits(Rule gateway, String host, String namespace) {
        for (GatewayServer server : Mesh.gateway(gateway).getServers()) {
            for (String open : HostNames.openTo(hosts(gateway, server), namespace)) {
                if (HostNames.overlap(open, host)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static List<String> hosts(Rule gateway, GatewayServer server) {
        List<String> hosts = new ArrayList<>();
        for (String host : server.getHosts()) {
            hosts.add(host.startsWith("./") ? gateway.key().namespace() + host.substring(1) : host);
        }
        return hosts;
    }

    /** Whether every host is open to all namespaces. */
    static boolean isOpenToAll(Rule gateway) {
        return Mesh.gateway(gateway).getServers().stream()
                .flatMap(server -> server.getHosts().stream())
                .allMatch(host -> host.indexOf('/') < 0 || host.startsWith("*/"));
    }

    private static void conflicts(Mesh mesh, Findings findings) {
        Map<List<Object>, Set<Rule>> claims = new HashMap<>();
        for (Rule rule : mesh.ofKind("Gateway")) {
            for (GatewayServer server : Mesh.gateway(rule).getServers()) {
                for (String host : server.getHosts()) {
                    claims.computeIfAbsent(claim(rule, server, host), key -> new LinkedHashSet<>())
                            .add(rule);
                }
            }
        }
        for (Rule rule : mesh.ofKind("Gateway")) {
            List<GatewayServer> servers = Mesh.gateway(rule).getServers();
            for (int s = 0; s < servers.size(); s++) {
                for (int h = 0; h < servers.get(s).getHosts().size(); h++) {
                    String host = servers.get(s).getHosts().get(h);
                    Set<Rule> rivals = claims.getOrDefault(claim(rule, servers.get(s), host), Set.of());
                    if (rivals.size() > 1) {
                        findings.add(
                                FindingCode.IST0145,
                                rule,
                                "servers[" + s + "].hosts[" + h + "]",
                                "host \"" + host + "\" on this port of the same workloads is claimed by "
                                        + Naming.others(rivals, rule));
                    }
                }
            }
        }
    }

    private static List<Object> claim(Rule rule, GatewayServer server, String host) {
        long port = server.getPort() == null ? 0 : server.getPort().getNumber();
        return List.of(new TreeMap<>(Mesh.gateway(rule).getSelector()), port, server.getBind(), host);
    }
}
