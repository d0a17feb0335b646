package weft.routing.compile;

import java.util.ArrayList;
import java.util.List;
import weft.routing.registry.Service;
import weft.routing.registry.ServiceEntryReader;
import weft.routing.registry.ServiceRegistry;
import weft.routing.snapshot.ProxyIdentity;
import weft.rules.Rule;
import weft.schema.SidecarSpec;

/**
 * What of the mesh one proxy may see: services and VirtualServices after exportTo and Sidecar. Immutable.
 *
 * @param services all that routes may lead to
 * @param virtualServices of the whole mesh, oldest first; see {@link VirtualServiceView#select}
 */
record ProxyView(
        ProxyIdentity identity,
        ServiceRegistry services,
        List<VirtualServiceView> virtualServices,
        DestinationRules destinationRules,
        SidecarScope scope) {

    static ProxyView of(RuleIndex rules, ProxyIdentity identity) {
        ServiceRegistry services = visible(rules, identity);
        Delegates delegates = new Delegates(rules.ofKind("VirtualService"));
        List<VirtualServiceView> virtual = rules.ofKind("VirtualService").stream()
                .map(rule -> VirtualServiceView.of(rule, delegates))
                .toList();
        List<VirtualServiceView> mesh =
                VirtualServiceView.select(virtual, VirtualServiceView.MESH, identity.namespace());
        SidecarSpec sidecar = identity.mode() == ProxyIdentity.Mode.GATEWAY
                ? null
                : SidecarScope.select(rules.ofKind("Sidecar"), identity);
        SidecarScope scope = sidecar == null
                ? SidecarScope.everything(services, mesh)
                : SidecarScope.of(sidecar, services, mesh, identity.namespace());
        return new ProxyView(
                identity,
                scope.reachable(),
                virtual,
                new DestinationRules(rules.ofKind("DestinationRule"), identity),
                scope);
    }

    private static ServiceRegistry visible(RuleIndex rules, ProxyIdentity identity) {
        List<Rule> workloads = rules.ofKind("WorkloadEntry");
        List<Service> visible = new ArrayList<>();
        for (Rule rule : rules.ofKind("ServiceEntry")) {
            for (Service service : ServiceEntryReader.read(rule, workloads)) {
                if (ExportTo.isVisible(service.exportTo(), service.namespace(), identity.namespace())) {
                    visible.add(service);
                }
            }
        }
        return ServiceRegistry.of(visible, identity.namespace());
    }
}
