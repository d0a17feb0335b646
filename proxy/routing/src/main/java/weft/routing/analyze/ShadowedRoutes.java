package weft.routing.analyze;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.HTTPMatchRequest;
import weft.schema.HTTPRoute;
import weft.schema.VirtualServiceSpec;

/** Routes that no request reaches because earlier ones take them all. Thread-safe: functions only. */
final class ShadowedRoutes {
    /** Matches compared with each other in one place; half a million pairs take milliseconds, more would be felt. */
    static final int MAX_MATCHES = 1_000;

    private static final HTTPMatchRequest ANY = HTTPMatchRequest.newBuilder().build();

    private ShadowedRoutes() {}

    /** One match block in its place; a route without match is one that takes all. */
    private record Block(Rule rule, int route, int index, HTTPMatchRequest match, boolean isDelegating) {
        String path() {
            return index < 0 ? "http[" + route + "]" : "http[" + route + "].match[" + index + "]";
        }

        String name() {
            return Naming.of(rule) + " http[" + route + "]";
        }
    }

    static void analyze(Mesh mesh, Findings findings) {
        MatchCover cover = new MatchCover();
        Map<List<String>, List<Rule>> byGatewayAndHost = new LinkedHashMap<>();
        for (Rule rule : mesh.ofKind("VirtualService")) {
            within(rule, cover, findings);
            VirtualServiceSpec spec = Mesh.virtualService(rule);
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

    private static List<Block> blocks(Rule rule) {
        List<Block> blocks = new ArrayList<>();
        List<HTTPRoute> routes = Mesh.virtualService(rule).getHttp();
        for (int r = 0; r < routes.size(); r++) {
            HTTPRoute route = routes.get(r);
            boolean isDelegating = route.getDelegate() != null;
            if (route.getMatch().isEmpty()) {
                blocks.add(new Block(rule, r, -1, ANY, isDelegating));
            }
            for (int m = 0; m < route.getMatch().size(); m++) {
                blocks.add(new Block(rule, r, m, route.getMatch().get(m), isDelegating));
            }
        }
        return blocks;
    }

    /** A delegate may be missing or narrower than the route that names it, so such a route shadows nothing. */
    private static @Nullable Block covering(List<Block> earlier, Block block, MatchCover cover) {
        for (Block before : earlier) {
            if (!before.isDelegating() && cover.covers(before.match(), block.match())) {
                return before;
            }
        }
        return null;
    }

    private static void within(Rule rule, MatchCover cover, Findings findings) {
        List<Block> blocks = blocks(rule);
        if (blocks.size() > MAX_MATCHES) {
            skipped(rule, blocks.size(), findings);
            return;
        }
        List<Block> earlier = new ArrayList<>();
        Map<Integer, List<Block>> dead = new LinkedHashMap<>();
        for (Block block : blocks) {
            Block before = covering(earlier, block, cover);
            earlier.add(block);
            if (before != null) {
                dead.computeIfAbsent(block.route(), r -> new ArrayList<>()).add(block);
                String where = before.path();
                if (block.index() < 0) {
                    continue; // the route as a whole is told below
                }
                boolean isSame = before.match().equals(block.match());
                findings.add(
                        isSame ? FindingCode.IST0131 : FindingCode.WFT0201,
                        rule,
                        block.path(),
                        isSame
                                ? "this match is not used: " + where + " is the same"
                                : "this match is not used: " + where + " takes all its requests");
            }
        }
        dead.forEach((route, gone) -> {
            int matches =
                    Mesh.virtualService(rule).getHttp().get(route).getMatch().size();
            if (gone.size() == Math.max(1, matches)) {
                findings.add(
                        FindingCode.IST0130,
                        rule,
                        "http[" + route + "]",
                        "http[" + route + "] is never reached: routes before it take all its requests");
            }
        });
    }

    /** On a gateway the VirtualServices of a host are appended, oldest first, and those that take all go last. */
    private static void merged(String hosts, List<Rule> rules, MatchCover cover, Findings findings) {
        List<Block> earlier = new ArrayList<>();
        for (Rule rule : rules) {
            List<Block> own = blocks(rule);
            if (earlier.size() + own.size() > MAX_MATCHES) {
                skipped(rule, earlier.size() + own.size(), findings);
                return;
            }
            for (Block block : own) {
                Block before = MatchCover.isCatchAll(block.match()) ? null : covering(earlier, block, cover);
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

    private static void skipped(Rule rule, int matches, Findings findings) {
        findings.add(
                FindingCode.WFT0202,
                rule,
                "",
                "shadowed routes were not looked for: " + matches + " matches meet here (limit: " + MAX_MATCHES + ")");
    }
}
