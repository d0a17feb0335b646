package weft.routing.compile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import weft.routing.registry.Service;
import weft.routing.registry.ServiceDocuments;
import weft.routing.registry.ServiceRegistry;
import weft.routing.snapshot.ProxyIdentity;
import weft.rules.Rule;
import weft.schema.SidecarSpec;

/**
 * What of the mesh one proxy may see: services and VirtualServices after exportTo and Sidecar. Immutable.
 *
 * @param services all that routes may lead to
 * @param byGateway VirtualServices of the whole mesh by the gateways they name, oldest first; see {@link #bound}
 */
record ProxyView(
        ProxyIdentity identity,
        ServiceRegistry services,
        Map<String, List<VirtualServiceView>> byGateway,
        DestinationRules destinationRules,
        SidecarScope scope) {

    static ProxyView of(RuleIndex rules, Delegates delegates, ServiceDocuments documents, ProxyIdentity identity) {
        List<Service> visible = visible(documents, identity);
        ServiceRegistry services = ServiceRegistry.of(visible, identity.namespace());
        Map<String, List<VirtualServiceView>> byGateway = new HashMap<>();
        for (Rule rule : rules.ofKind("VirtualService")) {
            VirtualServiceView virtual = VirtualServiceView.of(rule, delegates);
            virtual.gateways()
                    .forEach(gateway -> byGateway
                            .computeIfAbsent(gateway, key -> new ArrayList<>())
                            .add(virtual));
        }
        List<VirtualServiceView> mesh = bound(byGateway, VirtualServiceView.MESH, identity);
        SidecarSpec sidecar = identity.mode() == ProxyIdentity.Mode.GATEWAY
                ? null
                : SidecarScope.select(rules.ofKind("Sidecar"), identity);
        SidecarScope scope = sidecar == null
                ? SidecarScope.everything(services, mesh)
                : SidecarScope.of(sidecar, visible, services, mesh, identity.namespace());
        return new ProxyView(
                identity,
                scope.reachable(),
                byGateway,
                new DestinationRules(rules.ofKind("DestinationRule"), identity),
                scope);
    }

    /** VirtualServices of a gateway, or of the mesh, that this proxy sees, in order of precedence. */
    List<VirtualServiceView> bound(String gateway) {
        return bound(byGateway, gateway, identity);
    }

    private static List<VirtualServiceView> bound(
            Map<String, List<VirtualServiceView>> byGateway, String gateway, ProxyIdentity identity) {
        return VirtualServiceView.select(byGateway.getOrDefault(gateway, List.of()), gateway, identity.namespace());
    }

    private static List<Service> visible(ServiceDocuments documents, ProxyIdentity identity) {
        List<Service> visible = new ArrayList<>();
        for (Service service : documents.all()) {
            if (ExportTo.isVisible(service.exportTo(), service.namespace(), identity.namespace())) {
                visible.add(service);
            }
        }
        return visible;
    }
}
