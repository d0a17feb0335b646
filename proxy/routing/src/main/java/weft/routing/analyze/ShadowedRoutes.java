package weft.routing.analyze;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.HTTPMatchRequest;
import weft.schema.HTTPRoute;
import weft.schema.L4MatchAttributes;
import weft.schema.TCPRoute;
import weft.schema.TLSMatchAttributes;
import weft.schema.TLSRoute;
import weft.schema.VirtualServiceSpec;

/** Routes that no request or connection reaches because earlier ones take them all. Thread-safe: functions only. */
final class ShadowedRoutes {
    private static final HTTPMatchRequest ANY = HTTPMatchRequest.newBuilder().build();
    private static final L4MatchAttributes ANY_TCP =
            L4MatchAttributes.newBuilder().build();
    private static final TLSMatchAttributes ANY_TLS =
            TLSMatchAttributes.newBuilder().setSniHosts(List.of("*")).build();

    private ShadowedRoutes() {}

    static void analyze(Mesh mesh, Findings findings) {
        MatchCover cover = new MatchCover();
        Map<List<String>, List<Rule>> byGatewayAndHost = new LinkedHashMap<>();
        for (Rule rule : mesh.ofKind("VirtualService")) {
            VirtualServiceSpec spec = Mesh.virtualService(rule);
            UnusedMatches.tell(rule, http(rule), cover::covers, findings);
            UnusedMatches.tell(rule, tls(rule), ConnectionCover::covers, findings);
            UnusedMatches.tell(rule, tcp(rule), ConnectionCover::covers, findings);
            for (String named : spec.getGateways()) {
                Rule gateway = named.equals(Mesh.SIDECARS)
                        ? null
                        : mesh.gateway(named, rule.key().namespace());
                if (gateway != null && isServed(mesh, gateway, rule)) {
                    String full = gateway.key().toString();
                    for (String host : spec.getHosts()) {
                        if (mesh.hostsOf(gateway).admits(host, rule.key().namespace())) {
                            byGatewayAndHost
                                    .computeIfAbsent(
                                            List.of(full, host.toLowerCase(Locale.ROOT)), key -> new ArrayList<>())
                                    .add(rule);
                        }
                    }
                }
            }
        }
        // Rules that meet for many hosts are compared once, and told of once.
        Map<List<Object>, List<String>> meetings = new LinkedHashMap<>();
        byGatewayAndHost.forEach((place, rules) -> {
            if (rules.size() > 1) {
                List<RuleKey> keys = rules.stream().map(Rule::key).toList();
                meetings.computeIfAbsent(List.of(place.get(0), keys), key -> new ArrayList<>())
                        .add(place.get(1));
            }
        });
        meetings.forEach((meeting, hosts) -> {
            List<Rule> rules =
                    byGatewayAndHost.getOrDefault(List.of(String.valueOf(meeting.get(0)), hosts.get(0)), List.of());
            merged(Naming.hosts(hosts), rules, cover, findings);
        });
    }

    /** Servers closed to some namespaces may split a host; whether rules meet there is not told. */
    private static boolean isServed(Mesh mesh, Rule gateway, Rule rule) {
        return mesh.hostsOf(gateway).isOpenToAll()
                && Mesh.isVisible(
                        Mesh.virtualService(rule).getExportTo(),
                        rule.key().namespace(),
                        Set.of(gateway.key().namespace()));
    }

    private static List<MatchBlock<HTTPMatchRequest>> http(Rule rule) {
        List<MatchBlock<HTTPMatchRequest>> blocks = new ArrayList<>();
        List<HTTPRoute> routes = Mesh.virtualService(rule).getHttp();
        for (int r = 0; r < routes.size(); r++) {
            HTTPRoute route = routes.get(r);
            add(rule, "http", r, route.getMatch(), ANY, route.getDelegate() != null, blocks);
        }
        return blocks;
    }

    private static List<MatchBlock<TLSMatchAttributes>> tls(Rule rule) {
        List<MatchBlock<TLSMatchAttributes>> blocks = new ArrayList<>();
        List<TLSRoute> routes = Mesh.virtualService(rule).getTls();
        for (int r = 0; r < routes.size(); r++) {
            add(rule, "tls", r, routes.get(r).getMatch(), ANY_TLS, false, blocks);
        }
        return blocks;
    }

    private static List<MatchBlock<L4MatchAttributes>> tcp(Rule rule) {
        List<MatchBlock<L4MatchAttributes>> blocks = new ArrayList<>();
        List<TCPRoute> routes = Mesh.virtualService(rule).getTcp();
        for (int r = 0; r < routes.size(); r++) {
            add(rule, "tcp", r, routes.get(r).getMatch(), ANY_TCP, false, blocks);
        }
        return blocks;
    }

    private static <M> void add(
            Rule rule, String list, int route, List<M> matches, M any, boolean isDelegating, List<MatchBlock<M>> to) {
        if (matches.isEmpty()) {
            to.add(new MatchBlock<>(rule, list, route, -1, 1, any, isDelegating));
        }
        for (int m = 0; m < matches.size(); m++) {
            to.add(new MatchBlock<>(rule, list, route, m, matches.size(), matches.get(m), isDelegating));
        }
    }

    /** On a gateway the VirtualServices of a host are appended, oldest first, and those that take all go last. */
    private static void merged(String hosts, List<Rule> rules, MatchCover cover, Findings findings) {
        List<MatchBlock<HTTPMatchRequest>> earlier = new ArrayList<>();
        for (Rule rule : rules) {
            List<MatchBlock<HTTPMatchRequest>> own = http(rule);
            if (earlier.size() + own.size() > UnusedMatches.MAX_MATCHES) {
                UnusedMatches.skipped(rule, earlier.size() + own.size(), findings);
                return;
            }
            for (MatchBlock<HTTPMatchRequest> block : own) {
                MatchBlock<HTTPMatchRequest> before = MatchCover.isCatchAll(block.match())
                        ? null
                        : UnusedMatches.covering(earlier, block, cover::covers);
                if (before != null) {
                    findings.add(
                            FindingCode.WFT0201,
                            rule,
                            block.path(),
                            "never used for " + hosts + ": " + before.name() + " is older and takes all its"
                                    + " requests");
                }
            }
            own.stream().filter(block -> !MatchCover.isCatchAll(block.match())).forEach(earlier::add);
        }
    }
}
