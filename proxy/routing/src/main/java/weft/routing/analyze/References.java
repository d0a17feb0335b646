package weft.routing.analyze;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.routing.host.HostNames;
import weft.routing.registry.Service;
import weft.rules.Rule;
import weft.schema.Delegate;
import weft.schema.Destination;
import weft.schema.HTTPRoute;
import weft.schema.RouteDestination;
import weft.schema.Subset;
import weft.schema.VirtualServiceSpec;

/** What VirtualServices name: hosts, ports, subsets, delegates. Confined to the calling thread. */
final class References {
    private final Mesh mesh;
    private final Findings findings;
    private final Rule rule;
    private final Set<String> viewers;

    private References(Mesh mesh, Findings findings, Rule rule) {
        this.mesh = mesh;
        this.findings = findings;
        this.rule = rule;
        this.viewers = Mesh.viewers(rule);
    }

    static void analyze(Mesh mesh, Findings findings) {
        mesh.ofKind("VirtualService").forEach(rule -> new References(mesh, findings, rule).check());
    }

    private void check() {
        VirtualServiceSpec spec = Mesh.virtualService(rule);
        for (int i = 0; i < spec.getHttp().size(); i++) {
            http(spec.getHttp().get(i), "http[" + i + "]");
        }
        for (int i = 0; i < spec.getTls().size(); i++) {
            plain(spec.getTls().get(i).getRoute(), "tls[" + i + "]");
        }
        for (int i = 0; i < spec.getTcp().size(); i++) {
            plain(spec.getTcp().get(i).getRoute(), "tcp[" + i + "]");
        }
    }

    private void http(HTTPRoute route, String at) {
        for (int i = 0; i < route.getRoute().size(); i++) {
            String path = at + ".route[" + i + "]";
            destination(route.getRoute().get(i).getDestination(), path + ".destination");
            if (route.getRoute().size() > 1 && route.getRoute().get(i).getWeight() == 0) {
                findings.add(FindingCode.WFT0203, rule, path + ".weight", "weight 0: this destination gets no traffic");
            }
        }
        destination(route.getMirror(), at + ".mirror");
        for (int i = 0; i < route.getMirrors().size(); i++) {
            destination(route.getMirrors().get(i).getDestination(), at + ".mirrors[" + i + "].destination");
        }
        if (route.getDelegate() != null) {
            delegate(route.getDelegate(), at + ".delegate");
        }
    }

    private void plain(List<RouteDestination> route, String at) {
        for (int i = 0; i < route.size(); i++) {
            destination(route.get(i).getDestination(), at + ".route[" + i + "].destination");
        }
    }

    private void delegate(Delegate delegate, String path) {
        String namespace = delegate.getNamespace().isEmpty() ? rule.key().namespace() : delegate.getNamespace();
        Rule found = mesh.rule("VirtualService", namespace, delegate.getName());
        String name = namespace + "/" + delegate.getName();
        if (found == null || !Mesh.virtualService(found).getHosts().isEmpty()) {
            findings.add(
                    FindingCode.IST0101,
                    rule,
                    path + ".name",
                    found == null
                            ? "delegate VirtualService " + name + " not found"
                            : "VirtualService " + name + " has hosts and cannot be a delegate (expected: no hosts)");
        } else if (!Mesh.isVisible(
                Mesh.virtualService(found).getExportTo(),
                namespace,
                Set.of(rule.key().namespace()))) {
            findings.add(
                    FindingCode.IST0101,
                    rule,
                    path + ".name",
                    "delegate VirtualService " + name + " is not exported to namespace "
                            + rule.key().namespace());
        }
    }

    private void destination(@Nullable Destination destination, String path) {
        if (destination == null || destination.getHost().isEmpty()) {
            return;
        }
        String host = HostNames.resolve(destination.getHost(), rule.key().namespace());
        if (!mesh.isKnown(host, viewers)) {
            findings.notFound(
                    FindingCode.IST0101,
                    rule,
                    path + ".host",
                    mesh.services().exactly(host).isEmpty()
                            ? "host \"" + destination.getHost() + "\" not found" + meant(destination.getHost(), host)
                            : "host \"" + destination.getHost() + "\" is not exported to namespace "
                                    + rule.key().namespace(),
                    host,
                    mesh.services().exactly(host).isEmpty() ? mesh.knownHosts() : List.of());
        } else if (!mesh.isUndescribed(host) && !HostNames.isWildcard(host)) {
            port(destination, host, path);
        }
        subset(destination, host, path);
    }

    private static String meant(String written, String host) {
        return written.equals(host) ? "" : " (it means " + host + ")";
    }

    private void port(Destination destination, String host, String path) {
        Set<Integer> ports = new LinkedHashSet<>();
        for (Service service : mesh.services(host, viewers)) {
            service.ports().forEach(port -> ports.add(port.number()));
        }
        if (destination.getPort() == null) {
            if (ports.size() > 1) {
                findings.add(
                        FindingCode.IST0112,
                        rule,
                        path + ".host",
                        "service " + host + " has several ports " + ports + ": destination.port must choose one");
            }
        } else if (!ports.contains((int) destination.getPort().getNumber())) {
            findings.add(
                    FindingCode.IST0101,
                    rule,
                    path + ".port.number",
                    "service " + host + " has no port " + destination.getPort().getNumber() + " (it has: " + ports
                            + ")");
        }
    }

    private void subset(Destination destination, String host, String path) {
        String wanted = destination.getSubset();
        if (wanted.isEmpty()) {
            return;
        }
        Set<String> declared = new LinkedHashSet<>();
        Set<String> by = new LinkedHashSet<>();
        for (Rule candidate : mesh.destinationRules().covering(host)) {
            if (Mesh.isVisible(
                    Mesh.destinationRule(candidate).getExportTo(),
                    candidate.key().namespace(),
                    viewers)) {
                by.add(candidate.key().namespace() + "/" + candidate.key().name());
                for (Subset subset : Mesh.destinationRule(candidate).getSubsets()) {
                    declared.add(subset.getName());
                }
            }
        }
        if (declared.contains(wanted)) {
            return;
        }
        String message = by.isEmpty()
                ? "subset \"" + wanted + "\" is not declared: no DestinationRule is for " + host
                : "subset \"" + wanted + "\" is not declared in DestinationRule " + String.join(", ", by)
                        + " (declared: " + Naming.some(declared) + ")";
        findings.notFound(FindingCode.IST0101, rule, path + ".subset", message, wanted, declared);
    }
}
