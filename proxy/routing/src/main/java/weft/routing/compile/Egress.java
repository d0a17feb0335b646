package weft.routing.compile;

import java.util.List;
import weft.routing.registry.ServiceRegistry;

/**
 * What a sidecar's outgoing requests may know, on one port or on all. Immutable.
 *
 * @param virtualServices bound to the mesh, in order of precedence
 * @param index of these VirtualServices
 */
record Egress(ServiceRegistry services, List<VirtualServiceView> virtualServices, VirtualServiceIndex index) {
    Egress(ServiceRegistry services, List<VirtualServiceView> virtualServices) {
        this(services, virtualServices, new VirtualServiceIndex(virtualServices));
    }
}
