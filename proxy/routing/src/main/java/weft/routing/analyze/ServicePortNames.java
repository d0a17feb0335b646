package weft.routing.analyze;

import java.util.Set;
import weft.routing.registry.Protocol;
import weft.routing.registry.Service;
import weft.rules.Rule;
import weft.schema.KubernetesServicePort;
import weft.schema.KubernetesServiceSpec;

/** Ports of Kubernetes Services whose protocol is not told by their name. Thread-safe: functions only. */
final class ServicePortNames {
    private static final Set<String> SYSTEM_NAMESPACES =
            Set.of("kube-system", "kube-public", "kube-node-lease", "istio-system");

    private ServicePortNames() {}

    static void analyze(Mesh mesh, Findings findings) {
        for (Rule rule : mesh.ofKind("Service")) {
            if (SYSTEM_NAMESPACES.contains(rule.key().namespace())) {
                continue; // not theirs who read this
            }
            KubernetesServiceSpec spec = ((weft.schema.Service) rule.resource()).getSpec();
            boolean isExternal = spec.getType().equals("ExternalName");
            for (Service service : mesh.servicesOf(rule)) {
                for (int i = 0; i < spec.getPorts().size(); i++) {
                    KubernetesServicePort written = spec.getPorts().get(i);
                    Service.Port port = service.port((int) written.getPort());
                    boolean isUnknown = port != null && port.protocol() == Protocol.SNIFFED;
                    if (isUnknown || (isExternal && written.getName().equals("tcp"))) {
                        report(rule, written, "ports[" + i + "].name", isExternal, findings);
                    }
                }
            }
        }
    }

    private static void report(
            Rule rule, KubernetesServicePort port, String path, boolean isExternal, Findings findings) {
        String named = port.getName().isEmpty() ? "has no name" : "is named \"" + port.getName() + "\"";
        findings.add(
                isExternal ? FindingCode.IST0150 : FindingCode.IST0118,
                rule,
                path,
                "port " + port.getPort() + " " + named + ", which tells no protocol (expected: http, grpc, tcp or"
                        + " another protocol, then a dash and anything)");
    }
}
