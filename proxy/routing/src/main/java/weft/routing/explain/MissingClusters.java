package weft.routing.explain;

import java.util.TreeSet;
import weft.routing.cluster.Cluster;
import weft.routing.route.WeightedCluster;
import weft.routing.snapshot.ProxySnapshot;

/** Says what is missing when a route leads to a cluster that is not there. Thread-safe: functions only. */
final class MissingClusters {
    private MissingClusters() {}

    static String why(WeightedCluster destination, ProxySnapshot snapshot) {
        TreeSet<Integer> ports = new TreeSet<>();
        TreeSet<String> subsets = new TreeSet<>();
        for (Cluster cluster : snapshot.clusters().values()) {
            if (cluster.service().equals(destination.host())) {
                ports.add(cluster.port());
                if (!cluster.subset().isEmpty()) {
                    subsets.add(cluster.subset());
                }
            }
        }
        String host = destination.host();
        if (ports.isEmpty()) {
            return "no service " + host + " is known to this proxy";
        }
        int port = port(destination.cluster());
        if (!ports.contains(port)) {
            return "service " + host + " has no port " + port + " (there is: "
                    + String.join(", ", ports.stream().map(String::valueOf).toList()) + ")";
        }
        return "service " + host + " has no subset \"" + destination.subset() + "\" ("
                + (subsets.isEmpty()
                        ? "no DestinationRule known to this proxy gives it any"
                        : "there is: " + String.join(", ", subsets))
                + ")";
    }

    /** Of a cluster's name, {@code outbound|9080|v1|reviews.default.svc.cluster.local}; 0 when it has none. */
    private static int port(String cluster) {
        String[] parts = cluster.split("\\|", -1);
        return parts.length == 4 && parts[1].matches("[0-9]{1,5}") ? Integer.parseInt(parts[1]) : 0;
    }
}
