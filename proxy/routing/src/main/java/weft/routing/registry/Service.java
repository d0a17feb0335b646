package weft.routing.registry;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weft.routing.cluster.Cluster.Discovery;
import weft.rules.RuleKey;

/**
 * One host of the mesh with its ports and the instances behind it. Immutable.
 *
 * @param host full name; {@code *.suffix} for an external service that allows it
 * @param addresses virtual IPs and CIDRs, empty for none
 * @param exportTo namespaces that see it: {@code .} own, {@code *} all, {@code ~} none; empty means all
 * @param source the document it was read from
 */
public record Service(
        String host,
        String namespace,
        List<Port> ports,
        List<String> addresses,
        Discovery discovery,
        List<Instance> instances,
        List<String> exportTo,
        RuleKey source) {

    /**
     * A port of a service.
     *
     * @param targetPort port of the instances; equal to number when the document names none
     */
    public record Port(int number, String name, Protocol protocol, int targetPort) {}

    public Service {
        ports = List.copyOf(ports);
        addresses = List.copyOf(addresses);
        instances = List.copyOf(instances);
        exportTo = List.copyOf(exportTo);
    }

    /** The port of this number, or null. */
    public @Nullable Port port(int number) {
        for (Port port : ports) {
            if (port.number() == number) {
                return port;
            }
        }
        return null;
    }
}
