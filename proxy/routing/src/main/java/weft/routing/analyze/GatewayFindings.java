package weft.routing.analyze;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.GatewayServer;
import weft.schema.VirtualServiceSpec;

/** Gateways, and the VirtualServices that name them. Thread-safe: functions only. */
final class GatewayFindings {
    /** Of one host; each is held against all others, which would be felt for more. */
    private static final int MAX_SELECTORS = 200;

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
        GatewayHosts served = mesh.hostsOf(gateway);
        if (!hosts.isEmpty()
                && hosts.stream()
                        .noneMatch(host -> served.admits(host, rule.key().namespace()))) {
            findings.add(
                    FindingCode.IST0132,
                    rule,
                    path,
                    "Gateway " + gateway.key().namespace() + "/"
                            + gateway.key().name() + " serves none of the hosts " + hosts + " to namespace "
                            + rule.key().namespace());
        }
    }

    private static void conflicts(Mesh mesh, Findings findings) {
        // By key: the hash of a rule goes over all its hosts, and it would be asked for at each of them.
        Map<List<Object>, Map<Map<String, String>, Map<RuleKey, Rule>>> claims = new HashMap<>();
        for (Rule rule : mesh.ofKind("Gateway")) {
            for (GatewayServer server : Mesh.gateway(rule).getServers()) {
                for (String host : server.getHosts()) {
                    claims.computeIfAbsent(claim(rule, server, host), key -> new LinkedHashMap<>())
                            .computeIfAbsent(Mesh.gateway(rule).getSelector(), key -> new LinkedHashMap<>())
                            .put(rule.key(), rule);
                }
            }
        }
        for (Rule rule : mesh.ofKind("Gateway")) {
            List<GatewayServer> servers = Mesh.gateway(rule).getServers();
            for (int s = 0; s < servers.size(); s++) {
                for (int h = 0; h < servers.get(s).getHosts().size(); h++) {
                    String host = servers.get(s).getHosts().get(h);
                    Collection<Rule> rivals =
                            rivals(rule, claims.getOrDefault(claim(rule, servers.get(s), host), Map.of()));
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

    /** Of those that claim a host, the rules whose selector is this one's, or holds wherever that does, or the other way. */
    private static Collection<Rule> rivals(Rule rule, Map<Map<String, String>, Map<RuleKey, Rule>> bySelector) {
        Map<String, String> selector = Mesh.gateway(rule).getSelector();
        if (bySelector.size() == 1 || bySelector.size() > MAX_SELECTORS) {
            return bySelector.getOrDefault(selector, Map.of()).values();
        }
        List<Rule> rivals = new ArrayList<>();
        bySelector.forEach((other, rules) -> {
            if (other.entrySet().containsAll(selector.entrySet())
                    || selector.entrySet().containsAll(other.entrySet())) {
                rivals.addAll(rules.values());
            }
        });
        return rivals;
    }

    private static List<Object> claim(Rule rule, GatewayServer server, String host) {
        long port = server.getPort() == null ? 0 : server.getPort().getNumber();
        return List.of(
                port, server.getBind(), GatewayHosts.full(host, rule.key().namespace()));
    }
}
