package weft.routing.analyze;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.routing.host.HostNames;
import weft.routing.registry.Service;
import weft.rules.Rule;
import weft.schema.ClientTLSMode;
import weft.schema.ClientTLSSettings;
import weft.schema.DestinationRuleSpec;
import weft.schema.MutualTLSMode;
import weft.schema.PeerAuthentication;
import weft.schema.PeerAuthenticationSpec;
import weft.schema.PortTrafficPolicy;
import weft.schema.ServiceEntry;
import weft.schema.ServiceEntryLocation;
import weft.schema.TrafficPolicy;

/**
 * DestinationRules that speak to a service otherwise than its PeerAuthentication demands. Thread-safe: functions only.
 *
 * <p>Only where the demand is the same for all workloads of the namespace: by selector it depends on which they are.
 */
final class MutualTlsFindings {
    private static final String ROOT_NAMESPACE = "istio-system";

    private MutualTlsFindings() {}

    static void analyze(Mesh mesh, Findings findings) {
        if (mesh.ofKind("PeerAuthentication").isEmpty()) {
            return;
        }
        for (Rule rule : mesh.ofKind("DestinationRule")) {
            DestinationRuleSpec spec = Mesh.destinationRule(rule);
            String host = HostNames.resolve(spec.getHost(), rule.key().namespace());
            List<Service> services = mesh.services().exactly(host);
            if (!services.isEmpty() && services.stream().allMatch(service -> isInMesh(mesh, service))) {
                Rule demand = demand(mesh, services.get(0).namespace());
                if (demand != null) {
                    policies(rule, spec, demand, findings);
                }
            }
        }
    }

    /** Others have no proxy that demands anything. */
    private static boolean isInMesh(Mesh mesh, Service service) {
        if (service.isKubernetes()) {
            return service.externalName().isEmpty();
        }
        Rule source = mesh.rule(
                service.source().kind(),
                service.source().namespace(),
                service.source().name());
        return source != null
                && source.resource() instanceof ServiceEntry entry
                && entry.getSpec().getLocation() == ServiceEntryLocation.MESH_INTERNAL;
    }

    /** The PeerAuthentication that sets the mode of all workloads of a namespace, or null. */
    private static @Nullable Rule demand(Mesh mesh, String namespace) {
        List<Rule> here = new ArrayList<>();
        List<Rule> everywhere = new ArrayList<>();
        for (Rule rule : mesh.ofKind("PeerAuthentication")) {
            boolean isForAll = spec(rule).getSelector() == null
                    || spec(rule).getSelector().getMatchLabels().isEmpty();
            if (rule.key().namespace().equals(namespace)) {
                if (!isForAll) {
                    return null;
                }
                here.add(rule);
            }
            if (isForAll && rule.key().namespace().equals(ROOT_NAMESPACE)) {
                everywhere.add(rule);
            }
        }
        // Of several the oldest counts, and they come oldest first.
        if (!here.isEmpty() && mode(here.get(0)) != MutualTLSMode.UNSET) {
            return here.get(0);
        }
        return everywhere.isEmpty() ? null : everywhere.get(0);
    }

    private static PeerAuthenticationSpec spec(Rule rule) {
        return ((PeerAuthentication) rule.resource()).getSpec();
    }

    private static MutualTLSMode mode(Rule rule) {
        return spec(rule).getMtls() == null
                ? MutualTLSMode.UNSET
                : spec(rule).getMtls().getMode();
    }

    private static void policies(Rule rule, DestinationRuleSpec spec, Rule demand, Findings findings) {
        policy(rule, spec.getTrafficPolicy(), "trafficPolicy", demand, findings);
        for (int i = 0; i < spec.getSubsets().size(); i++) {
            policy(
                    rule,
                    spec.getSubsets().get(i).getTrafficPolicy(),
                    "subsets[" + i + "].trafficPolicy",
                    demand,
                    findings);
        }
    }

    private static void policy(Rule rule, @Nullable TrafficPolicy policy, String path, Rule demand, Findings findings) {
        if (policy == null) {
            return;
        }
        tls(rule, policy.getTls(), path + ".tls.mode", demand, findings);
        for (int i = 0; i < policy.getPortLevelSettings().size(); i++) {
            PortTrafficPolicy port = policy.getPortLevelSettings().get(i);
            tls(rule, port.getTls(), path + ".portLevelSettings[" + i + "].tls.mode", demand, findings);
        }
    }

    private static void tls(Rule rule, @Nullable ClientTLSSettings tls, String path, Rule demand, Findings findings) {
        if (tls == null) {
            return;
        }
        boolean isMutual = tls.getMode() == ClientTLSMode.ISTIO_MUTUAL;
        boolean isRefused = isMutual ? mode(demand) == MutualTLSMode.DISABLE : mode(demand) == MutualTLSMode.STRICT;
        if (isRefused && (isMutual || tls.getMode() == ClientTLSMode.DISABLE)) {
            findings.add(
                    FindingCode.WFT0207,
                    rule,
                    path,
                    "tls.mode " + tls.getMode() + ", but " + Naming.of(demand) + " is " + mode(demand)
                            + ": connections are refused (expected: " + (isMutual ? "DISABLE" : "ISTIO_MUTUAL") + ")");
        }
    }
}
