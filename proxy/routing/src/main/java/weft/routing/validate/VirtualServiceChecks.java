package weft.routing.validate;

import java.util.List;
import weft.routing.host.HostNames;
import weft.schema.HTTPMatchRequest;
import weft.schema.HTTPRoute;
import weft.schema.L4MatchAttributes;
import weft.schema.TCPRoute;
import weft.schema.TLSMatchAttributes;
import weft.schema.TLSRoute;
import weft.schema.VirtualServiceSpec;

/** A VirtualService as a whole: hosts, gateways, and each of its routes. Thread-safe: functions only. */
final class VirtualServiceChecks {
    private VirtualServiceChecks() {}

    static void check(String namespace, VirtualServiceSpec spec, Problems problems) {
        boolean isDelegate = spec.getHosts().isEmpty();
        if (isDelegate) {
            problems.at("gateways").require(spec.getGateways().isEmpty(), "set on a delegate (expected: none)");
            problems.at("tls").require(spec.getTls().isEmpty(), "set on a delegate (expected: http alone)");
            problems.at("tcp").require(spec.getTcp().isEmpty(), "set on a delegate (expected: http alone)");
        }
        RouteChecks.gateways(spec.getGateways(), problems);
        boolean atGateway = !spec.getGateways().isEmpty() && !spec.getGateways().contains("mesh");
        hosts(spec, atGateway, problems);
        problems.require(
                !spec.getHttp().isEmpty()
                        || !spec.getTls().isEmpty()
                        || !spec.getTcp().isEmpty(),
                "no routes (expected: http, tls or tcp)");
        for (int i = 0; i < spec.getHttp().size(); i++) {
            HTTPRoute route = spec.getHttp().get(i);
            HttpRouteChecks.check(route, isDelegate, problems.at("http", i));
            if (!atGateway) {
                noClaims(route, problems.at("http", i));
            }
        }
        for (int i = 0; i < spec.getTls().size(); i++) {
            tls(spec.getTls().get(i), spec, problems.at("tls", i));
        }
        for (int i = 0; i < spec.getTcp().size(); i++) {
            tcp(spec.getTcp().get(i), problems.at("tcp", i));
        }
        Syntax.exportTo(namespace, spec.getExportTo(), false, problems);
        Reachability.check(spec, problems);
    }

    private static void hosts(VirtualServiceSpec spec, boolean atGateway, Problems problems) {
        boolean valid = true;
        List<String> hosts = spec.getHosts();
        for (int i = 0; i < hosts.size(); i++) {
            String host = hosts.get(i);
            Problems at = problems.at("hosts", i);
            if (IpAddress.isValid(host) || (atGateway && isSniOfMesh(host, spec))) {
                continue;
            }
            if (!Syntax.isDomain(host, true)) {
                Syntax.domain(host, true, at);
                valid = false;
            } else if (!atGateway && host.equals("*")) {
                at.error("\"*\" (expected: a narrower host, or gateways without mesh)");
                valid = false;
            }
        }
        for (int i = 0; valid && i < hosts.size(); i++) {
            for (int j = i + 1; j < hosts.size(); j++) {
                problems.at("hosts", j)
                        .require(
                                !HostNames.overlap(hosts.get(i), hosts.get(j)),
                                "\"" + hosts.get(j) + "\" overlaps \"" + hosts.get(i) + "\"");
            }
        }
    }

    /** Names as {@code outbound_.80_._.host}, which gateways between networks route by. */
    private static boolean isSniOfMesh(String host, VirtualServiceSpec spec) {
        boolean hasSni = spec.getTls().stream()
                .flatMap(route -> route.getMatch().stream())
                .anyMatch(match -> !match.getSniHosts().isEmpty());
        return hasSni && isAutoSni(host);
    }

    private static boolean isAutoSni(String host) {
        String[] parts = host.split("_", -1);
        return host.startsWith("outbound_")
                && parts.length >= 4
                && parts[1].chars().anyMatch(c -> c >= '0' && c <= '9')
                && parts[3].chars().anyMatch(c -> (c | 0x20) >= 'a' && (c | 0x20) <= 'z');
    }

    private static void noClaims(HTTPRoute route, Problems problems) {
        for (int i = 0; i < route.getMatch().size(); i++) {
            HTTPMatchRequest match = route.getMatch().get(i);
            boolean claims = match.getHeaders().keySet().stream().anyMatch(HeaderChecks::isClaim)
                    || match.getWithoutHeaders().keySet().stream().anyMatch(HeaderChecks::isClaim);
            problems.at("match", i).require(!claims, "matches a claim (expected: on gateways alone)");
        }
    }

    private static void tls(TLSRoute route, VirtualServiceSpec spec, Problems problems) {
        problems.require(!route.getMatch().isEmpty(), "match is missing");
        for (int i = 0; i < route.getMatch().size(); i++) {
            TLSMatchAttributes match = route.getMatch().get(i);
            Problems at = problems.at("match", i);
            at.require(!match.getSniHosts().isEmpty(), "sniHosts is missing");
            for (int j = 0; j < match.getSniHosts().size(); j++) {
                sni(match.getSniHosts().get(j), spec, at.at("sniHosts", j));
            }
            RouteChecks.source(
                    match.getPort(),
                    match.getSourceLabels(),
                    match.getGateways(),
                    "",
                    match.getDestinationSubnets(),
                    at);
        }
        RouteChecks.targets(route.getRoute(), problems);
    }

    private static void sni(String name, VirtualServiceSpec spec, Problems problems) {
        boolean auto = !spec.getGateways().contains("mesh") && isAutoSni(name);
        if (!auto && !Syntax.isDomain(name, true)) {
            if (IpAddress.isValid(name)) {
                problems.warning("\"" + name + "\" (expected: a host name; clients send no SNI for an address)");
            } else {
                Syntax.domain(name, true, problems);
            }
            return;
        }
        problems.require(
                spec.getHosts().stream().anyMatch(host -> HostNames.isSubset(name, host)),
                "\"" + name + "\" (expected: within one of the hosts " + spec.getHosts() + ")");
    }

    private static void tcp(TCPRoute route, Problems problems) {
        for (int i = 0; i < route.getMatch().size(); i++) {
            L4MatchAttributes match = route.getMatch().get(i);
            RouteChecks.source(
                    match.getPort(),
                    match.getSourceLabels(),
                    match.getGateways(),
                    "",
                    match.getDestinationSubnets(),
                    problems.at("match", i));
        }
        RouteChecks.targets(route.getRoute(), problems);
    }
}
