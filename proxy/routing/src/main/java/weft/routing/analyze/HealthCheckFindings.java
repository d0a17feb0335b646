package weft.routing.analyze;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import weft.routing.host.HostNames;
import weft.routing.registry.Service;
import weft.rules.Rule;
import weft.schema.HealthCheckPolicy;
import weft.schema.HealthCheckPolicySpec;
import weft.schema.PolicyTargetReference;
import weft.schema.Subset;

/** HealthCheckPolicies that probe nothing: their service, port or subset is not there. Thread-safe: functions only. */
final class HealthCheckFindings {
    private HealthCheckFindings() {}

    static void analyze(Mesh mesh, Findings findings) {
        for (Rule rule : mesh.ofKind("HealthCheckPolicy")) {
            HealthCheckPolicySpec spec = ((HealthCheckPolicy) rule.resource()).getSpec();
            List<Service> services = services(mesh, rule, spec, findings);
            if (!services.isEmpty() && services.stream().noneMatch(s -> mesh.isUndescribed(s.host()))) {
                port(rule, spec, services, findings);
                subset(mesh, rule, spec, services, findings);
            }
        }
    }

    private static List<Service> services(Mesh mesh, Rule rule, HealthCheckPolicySpec spec, Findings findings) {
        String namespace = rule.key().namespace();
        PolicyTargetReference reference = spec.getTargetRef();
        if (reference != null) {
            Rule document = mesh.rule(reference.getKind(), namespace, reference.getName());
            if (document == null) {
                findings.add(
                        FindingCode.IST0101,
                        rule,
                        "targetRef.name",
                        reference.getKind() + " " + namespace + "/" + reference.getName() + " not found");
            }
            return document == null ? List.of() : mesh.servicesOf(document);
        }
        String written = Objects.requireNonNullElse(spec.getHost(), "");
        String host = HostNames.resolve(written, namespace);
        List<Service> services = mesh.services().exactly(host);
        if (services.isEmpty()) {
            findings.notFound(
                    FindingCode.IST0101,
                    rule,
                    "host",
                    "host \"" + written + "\" not found" + (written.equals(host) ? "" : " (it means " + host + ")"),
                    host,
                    mesh.knownHosts());
        }
        return services;
    }

    private static void port(Rule rule, HealthCheckPolicySpec spec, List<Service> services, Findings findings) {
        Long port = spec.getPort();
        if (port == null) {
            return;
        }
        Set<Integer> ports = new TreeSet<>();
        services.forEach(service -> service.ports().forEach(each -> ports.add(each.number())));
        if (!ports.contains(port.intValue())) {
            findings.add(
                    FindingCode.IST0101,
                    rule,
                    "port",
                    "service " + services.get(0).host() + " has no port " + port + " (it has: " + ports + ")");
        }
    }

    private static void subset(
            Mesh mesh, Rule rule, HealthCheckPolicySpec spec, List<Service> services, Findings findings) {
        if (spec.getSubset().isEmpty()) {
            return;
        }
        Set<String> declared = new TreeSet<>();
        for (Service service : services) {
            for (Rule candidate : mesh.destinationRules().covering(service.host())) {
                for (Subset subset : Mesh.destinationRule(candidate).getSubsets()) {
                    declared.add(subset.getName());
                }
            }
        }
        if (!declared.contains(spec.getSubset())) {
            String host = services.get(0).host();
            findings.notFound(
                    FindingCode.IST0101,
                    rule,
                    "subset",
                    "subset \"" + spec.getSubset() + "\" of " + host + " is not declared (declared: "
                            + Naming.some(declared) + ")",
                    spec.getSubset(),
                    declared);
        }
    }
}
