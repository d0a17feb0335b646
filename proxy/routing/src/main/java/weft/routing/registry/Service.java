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
 * @param externalName the name it merely stands for, empty for a service of its own
 * @param aliases hosts that merely stand for this one
 * @param isMeshExternal whether its workloads are no part of the mesh
 */
public record Service(
        String host,
        String namespace,
        List<Port> ports,
        List<String> addresses,
        Discovery discovery,
        List<Instance> instances,
        List<String> exportTo,
        RuleKey source,
        String externalName,
        List<String> aliases,
        boolean isMeshExternal) {

    /**
     * A port of a service.
     *
     * @param targetPort port of the instances; equal to number when the document names none, 0 when each instance says
     *     where
     */
    public record Port(int number, String name, Protocol protocol, int targetPort) {}

    public Service {
        ports = List.copyOf(ports);
        addresses = List.copyOf(addresses);
        instances = List.copyOf(instances);
        exportTo = List.copyOf(exportTo);
        aliases = List.copyOf(aliases);
    }

    /** Whether it is a Kubernetes Service, which beats any ServiceEntry of its host. */
    public boolean isKubernetes() {
        return source.kind().equals("Service");
    }

    /** Whether clients reach its instances by their own addresses, and by names below its own. */
    public boolean isHeadless() {
        return isKubernetes() && discovery == Discovery.ORIGINAL_DST;
    }

    Service withAliases(List<String> aliases) {
        return new Service(
                host,
                namespace,
                ports,
                addresses,
                discovery,
                instances,
                exportTo,
                source,
                externalName,
                aliases,
                isMeshExternal);
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
