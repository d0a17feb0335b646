package weft.proxy.upstream;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;

/**
 * Workloads that said they are about to end. Immutable.
 *
 * @param workloads each an IP address and the ports it serves; without ports all that the address has
 */
public record Draining(List<Place> workloads) {
    public static final Draining NOBODY = new Draining(List.of());

    /** Where one workload serves. */
    public record Place(String address, Set<Integer> ports) {
        public Place {
            ports = Set.copyOf(ports);
        }
    }

    public Draining {
        workloads = List.copyOf(workloads);
    }

    boolean includes(InetSocketAddress address) {
        if (workloads.isEmpty()) {
            return false;
        }
        String ip = Addresses.ip(address);
        for (Place place : workloads) {
            boolean isPort = place.ports().isEmpty() || place.ports().contains(address.getPort());
            if (isPort && place.address().equals(ip)) {
                return true;
            }
        }
        return false;
    }
}
