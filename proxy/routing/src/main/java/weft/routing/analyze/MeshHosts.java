package weft.routing.analyze;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import weft.routing.host.HostNames;
import weft.routing.registry.Service;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.VirtualServiceSpec;

/** Hosts of VirtualServices that sidecars serve. Thread-safe: functions only. */
final class MeshHosts {
    private static final String EVERYWHERE = "*";

    private MeshHosts() {}

    /** A host of a rule, by its place in the list. */
    private record Claim(Rule rule, int index) {}

    static void analyze(Mesh mesh, Findings findings) {
        Map<String, Map<String, List<Claim>>> byHostAndScope = new LinkedHashMap<>();
        for (Rule rule : mesh.ofKind("VirtualService")) {
            VirtualServiceSpec spec = Mesh.virtualService(rule);
            if (Mesh.isForSidecars(spec)) {
                for (int i = 0; i < spec.getHosts().size(); i++) {
                    known(mesh, rule, i, findings);
                    Map<String, List<Claim>> byScope =
                            byHostAndScope.computeIfAbsent(host(rule, i), host -> new LinkedHashMap<>());
                    for (String scope : scopes(rule)) {
                        add(new Claim(rule, i), byScope.computeIfAbsent(scope, s -> new ArrayList<>()));
                    }
                }
            }
        }
        HostMap<Claim> everywhere = new HostMap<>();
        byHostAndScope.forEach((host, byScope) ->
                byScope.getOrDefault(EVERYWHERE, List.of()).forEach(claim -> everywhere.put(host, claim)));
        byHostAndScope.forEach((host, byScope) -> conflicts(host, byScope, everywhere, findings));
    }

    private static String host(Rule rule, int index) {
        String written = Mesh.virtualService(rule).getHosts().get(index);
        return HostNames.resolve(written, rule.key().namespace()).toLowerCase(Locale.ROOT);
    }

    /** Namespaces whose sidecars see the rule. */
    private static Set<String> scopes(Rule rule) {
        List<String> exportTo = Mesh.virtualService(rule).getExportTo();
        if (exportTo.isEmpty() || exportTo.contains(EVERYWHERE)) {
            return Set.of(EVERYWHERE);
        }
        Set<String> scopes = new HashSet<>();
        for (String namespace : exportTo) {
            if (!namespace.equals("~")) {
                scopes.add(namespace.equals(".") ? rule.key().namespace() : namespace);
            }
        }
        return scopes;
    }

    /** A rule for some namespaces meets those for all that have a host in common with it; those for all meet at equal hosts. */
    private static void conflicts(
            String host, Map<String, List<Claim>> byScope, HostMap<Claim> everywhere, Findings findings) {
        Set<RuleKey> reported = new HashSet<>();
        byScope.forEach((scope, claims) -> {
            List<Claim> rivals = new ArrayList<>(claims);
            if (!scope.equals(EVERYWHERE)) {
                everywhere.overlapping(host).forEach(claim -> add(claim, rivals));
            }
            if (rivals.size() > 1) {
                List<Rule> rules = rivals.stream().map(Claim::rule).toList();
                rivals.stream()
                        .filter(claim -> reported.add(claim.rule().key()))
                        .forEach(claim -> findings.add(
                                FindingCode.IST0109,
                                claim.rule(),
                                "hosts[" + claim.index() + "]",
                                conflict(host, host(claim.rule(), claim.index()), rivals)
                                        + Naming.others(rules, claim.rule())
                                        + "; for one host only one of them takes effect"));
            }
        });
    }

    private static String conflict(String host, String own, List<Claim> rivals) {
        boolean isSame = rivals.stream()
                .allMatch(claim -> host(claim.rule(), claim.index()).equals(host));
        return "host \"" + own + "\" is also " + (isSame ? "" : "in part ") + "defined for sidecars by ";
    }

    /** Rules come one after the other, so one that names a host twice finds itself at the end. */
    private static void add(Claim claim, List<Claim> to) {
        if (to.isEmpty()
                || !to.get(to.size() - 1).rule().key().equals(claim.rule().key())) {
            to.add(claim);
        }
    }

    private static void known(Mesh mesh, Rule rule, int index, Findings findings) {
        String host = host(rule, index);
        VirtualServiceSpec spec = Mesh.virtualService(rule);
        if (!HostNames.isWildcard(host) && !mesh.isKnown(host, Mesh.viewers(rule))) {
            findings.add(
                    FindingCode.WFT0205,
                    rule,
                    "hosts[" + index + "]",
                    "host \"" + host + "\" belongs to no known service: sidecars serve it on port 80 only");
            return;
        }
        List<Service.Port> ports = new ArrayList<>();
        mesh.services(host, Mesh.viewers(rule)).forEach(service -> ports.addAll(service.ports()));
        boolean isDescribed = !mesh.isUndescribed(host) && !ports.isEmpty();
        if (isDescribed
                && !spec.getHttp().isEmpty()
                && ports.stream().noneMatch(port -> port.protocol().isHttpOrSniffed())) {
            findings.add(
                    FindingCode.WFT0204,
                    rule,
                    "http",
                    "sidecars ignore http routes for " + host + ": its ports are "
                            + ports.stream()
                                    .map(Service.Port::protocol)
                                    .distinct()
                                    .toList());
        }
    }
}
