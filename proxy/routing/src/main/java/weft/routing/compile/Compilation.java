package weft.routing.compile;

import java.util.List;
import java.util.Map;
import weft.routing.compile.GatewayListeners.BoundServer;
import weft.routing.registry.ServiceRegistry;
import weft.routing.snapshot.ProxySnapshot;

/**
 * A snapshot, and what its compiler has to know to make the next one of it by what changed. Immutable.
 *
 * @param services that need clusters
 * @param sockets of a gateway: servers by the name of their listener
 */
record Compilation(
        ProxySnapshot snapshot,
        TableDigest digest,
        KnownRules known,
        ServiceRegistry services,
        Map<String, List<BoundServer>> sockets,
        Traits traits) {

    /**
     * What makes changes reach further than their own hosts. It stays as it is between two full compilations.
     *
     * @param isScoped a Sidecar resource says what a sidecar may know of
     * @param unknownCluster where requests for hosts outside the table go; empty when they are refused
     * @param hasMeshWildcards some VirtualService of the mesh has a wildcard host
     * @param isPlain all services have their names in lower case, and no two an address in common
     * @param hasGatewaysOfServices some Gateway names its services in place of its proxies
     */
    record Traits(
            boolean isScoped,
            String unknownCluster,
            boolean hasMeshWildcards,
            boolean isPlain,
            boolean hasGatewaysOfServices) {}
}
