package weft.routing.analyze;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.routing.host.HostNames;
import weft.routing.registry.Service;
import weft.rules.Rule;
import weft.schema.ClientTLSMode;
import weft.schema.ClientTLSSettings;
import weft.schema.DestinationRuleSpec;
import weft.schema.PortTrafficPolicy;
import weft.schema.ServiceEntry;
import weft.schema.ServiceEntrySpec;
import weft.schema.TrafficPolicy;

/** DestinationRules that apply to nothing, select nothing or verify nobody. Thread-safe: functions only. */
final class DestinationRuleFindings {
    private DestinationRuleFindings() {}

    static void analyze(Mesh mesh, Findings findings) {
        for (Rule rule : mesh.ofKind("DestinationRule")) {
            DestinationRuleSpec spec = Mesh.destinationRule(rule);
            String host = HostNames.resolve(spec.getHost(), rule.key().namespace());
            if (!mesh.isAnyKnown(host)) {
                findings.notFound(
                        FindingCode.IST0174,
                        rule,
                        "host",
                        "host \"" + spec.getHost() + "\" is no known service: this rule applies to nothing",
                        host,
                        mesh.services().hosts());
            }
            tls(rule, spec, findings);
            for (int i = 0; i < spec.getSubsets().size(); i++) {
                Map<String, String> labels = spec.getSubsets().get(i).getLabels();
                if (labels.keySet().stream().noneMatch(DestinationRuleFindings::isAdded)
                        && selectsNothing(mesh, host, labels)) {
                    findings.add(
                            FindingCode.IST0173,
                            rule,
                            "subsets[" + i + "].labels",
                            "subset \"" + spec.getSubsets().get(i).getName() + "\" selects no endpoint of " + host);
                }
            }
        }
    }

    /** Labels that instances get from where they run, though no document says so. */
    private static boolean isAdded(String label) {
        return label.startsWith("topology.");
    }

    /** Only where every endpoint is written down: selected workloads come and go without a rule. */
    private static boolean selectsNothing(Mesh mesh, String host, Map<String, String> labels) {
        List<Service> services = mesh.services().exactly(host);
        if (services.isEmpty() || mesh.isUndescribed(host)) {
            return false;
        }
        for (Service service : services) {
            Rule source = mesh.rule(
                    service.source().kind(),
                    service.source().namespace(),
                    service.source().name());
            if (source == null || !(source.resource() instanceof ServiceEntry entry)) {
                return false;
            }
            ServiceEntrySpec spec = entry.getSpec();
            if (spec.getWorkloadSelector() != null || spec.getEndpoints().isEmpty()) {
                return false;
            }
            if (service.instances().stream().anyMatch(instance -> instance.hasLabels(labels))) {
                return false;
            }
        }
        return true;
    }

    private static void tls(Rule rule, DestinationRuleSpec spec, Findings findings) {
        TrafficPolicy policy = spec.getTrafficPolicy();
        if (policy == null) {
            return;
        }
        boolean isForSome = spec.getWorkloadSelector() != null;
        if (verifiesNobody(policy.getTls(), isForSome)) {
            findings.add(
                    FindingCode.IST0128,
                    rule,
                    "trafficPolicy.tls.mode",
                    "TLS to " + spec.getHost() + " without caCertificates: the server is not verified");
        }
        for (int i = 0; i < policy.getPortLevelSettings().size(); i++) {
            PortTrafficPolicy port = policy.getPortLevelSettings().get(i);
            if (verifiesNobody(port.getTls(), isForSome)) {
                findings.add(
                        FindingCode.IST0129,
                        rule,
                        "trafficPolicy.portLevelSettings[" + i + "].tls.mode",
                        "TLS to " + spec.getHost()
                                + " on this port without caCertificates: the server is not verified");
            }
        }
    }

    private static boolean verifiesNobody(@Nullable ClientTLSSettings tls, boolean isForSome) {
        return tls != null
                && (tls.getMode() == ClientTLSMode.SIMPLE || tls.getMode() == ClientTLSMode.MUTUAL)
                && tls.getCaCertificates().isEmpty()
                && (tls.getCredentialName().isEmpty() || !isForSome);
    }
}
