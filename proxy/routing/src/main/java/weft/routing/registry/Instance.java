package weft.routing.registry;

import java.util.Map;

/**
 * One running copy of a service. Immutable.
 *
 * @param address IP or DNS name
 * @param ports port by service port name; beats the service's target port
 * @param locality region/zone/subzone, empty when unknown
 * @param workload name for telemetry
 */
public record Instance(
        String address,
        Map<String, Integer> ports,
        Map<String, String> labels,
        String locality,
        String network,
        int weight,
        String serviceAccount,
        String workload) {
    public Instance {
        ports = Map.copyOf(ports);
        labels = Map.copyOf(labels);
    }

    /** The port this instance serves a service port on, 0 when it does not serve it. */
    public int portFor(Service.Port port) {
        return ports.getOrDefault(port.name(), port.targetPort());
    }

    Instance withPorts(Map<String, Integer> ports) {
        return new Instance(address, ports, labels, locality, network, weight, serviceAccount, workload);
    }

    /** Whether it carries all of these labels. */
    public boolean hasLabels(Map<String, String> wanted) {
        return hasAll(labels, wanted);
    }

    /** Sets of entries would be compared one by one. */
    static boolean hasAll(Map<String, String> labels, Map<String, String> wanted) {
        for (Map.Entry<String, String> label : wanted.entrySet()) {
            if (!label.getValue().equals(labels.get(label.getKey()))) {
                return false;
            }
        }
        return true;
    }
}
