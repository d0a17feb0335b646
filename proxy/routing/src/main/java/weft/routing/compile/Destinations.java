package weft.routing.compile;

import org.jspecify.annotations.Nullable;
import weft.routing.cluster.Cluster;
import weft.routing.host.HostNames;
import weft.routing.registry.Service;
import weft.routing.registry.ServiceRegistry;
import weft.schema.Destination;

/** Names of the clusters that destinations mean. Immutable. */
final class Destinations {
    private final ServiceRegistry registry;
    private final boolean isSidecar;

    /**
     * As one kind of proxy reads them.
     *
     * @param isSidecar on a sidecar's listener only that port of every service is known, so that a destination without
     *     port is on it, even when its service has another single one
     */
    Destinations(ServiceRegistry registry, boolean isSidecar) {
        this.registry = registry;
        this.isSidecar = isSidecar;
    }

    /** Full host of a destination written in a rule of this namespace. */
    static String host(Destination destination, String namespace) {
        return HostNames.resolve(destination.getHost(), namespace);
    }

    /** The stated port, else the only one the service has, else the one the request came to. */
    String cluster(Destination destination, String namespace, int listenerPort) {
        String host = registry.concrete(host(destination, namespace));
        return Cluster.nameOf("outbound", port(destination, host, listenerPort), destination.getSubset(), host);
    }

    private int port(Destination destination, String host, int listenerPort) {
        if (destination.getPort() != null && destination.getPort().getNumber() != 0) {
            return (int) destination.getPort().getNumber();
        }
        @Nullable Service service = isSidecar ? null : registry.service(host);
        return service != null && service.ports().size() == 1
                ? service.ports().get(0).number()
                : listenerPort;
    }
}
