package weft.routing.cluster;

import java.util.Map;

/**
 * One address of a cluster. Immutable.
 *
 * @param address IP address, or host name for DNS clusters
 * @param weight at least 1
 * @param locality region/zone/subzone, empty when unknown
 * @param workload name of the workload behind it, for telemetry
 */
public record Endpoint(
        String address, int port, int weight, Map<String, String> labels, String locality, String workload) {
    public Endpoint {
        labels = Map.copyOf(labels);
    }

    /** HOST:PORT, an IPv6 address in brackets. */
    public String hostPort() {
        return address.indexOf(':') >= 0 ? "[" + address + "]:" + port : address + ":" + port;
    }
}
