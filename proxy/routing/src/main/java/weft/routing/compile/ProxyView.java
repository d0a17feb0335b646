package weft.routing.compile;

import java.util.ArrayList;
import java.util.List;
import weft.routing.registry.Service;
import weft.routing.registry.ServiceEntryReader;
import weft.routing.registry.ServiceRegistry;
import weft.routing.snapshot.ProxyIdentity;
import weft.rules.Rule;

/**
 * What of the mesh one proxy may see: services and VirtualServices after exportTo. Immutable.
 *
 * @param virtualServices of the whole mesh, oldest first; see {@link VirtualServiceView#select}
 */
record ProxyView(
        ProxyIdentity identity,
        ServiceRegistry services,
        List<VirtualServiceView> virtualServices,
        DestinationRules destinationRules) {

    static ProxyView of(RuleIndex rules, ProxyIdentity identity) {
        List<Rule> workloads = rules.ofKind("WorkloadEntry");
        List<Service> visible = new ArrayList<>();
        for (Rule rule : rules.ofKind("ServiceEntry")) {
            for (Service service : ServiceEntryReader.read(rule, workloads)) {
                if (ExportTo.isVisible(service.exportTo(), service.namespace(), identity.namespace())) {
                    visible.add(service);
                }
            }
        }
        return new ProxyView(
                identity,
                ServiceRegistry.of(visible, identity.namespace()),
                rules.ofKind("VirtualService").stream()
                        .map(VirtualServiceView::of)
                        .toList(),
                new DestinationRules(rules.ofKind("DestinationRule"), identity));
    }

    /** Those that this sidecar's outgoing requests obey, in order of precedence. */
    List<VirtualServiceView> meshVirtualServices() {
        return VirtualServiceView.select(virtualServices, VirtualServiceView.MESH, identity.namespace());
    }

    /** Whether requests for hosts outside the registry pass through; Istio's default of the mesh. */
    boolean allowsUnknownHosts() {
        return true;
    }
}
