package weft.routing.analyze;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.rules.Rule;
import weft.schema.GatewayServer;

/**
 * What one Gateway serves, and to rules of which namespaces, found without going over all its hosts. Immutable once
 * built.
 */
final class GatewayHosts {
    private static final String ALL = "*";

    private final List<Map<String, HostMap<String>>> servers = new ArrayList<>();

    GatewayHosts(Rule gateway) {
        for (GatewayServer server : Mesh.gateway(gateway).getServers()) {
            Map<String, HostMap<String>> byNamespace = new HashMap<>();
            for (String written : server.getHosts()) {
                String full = full(written, gateway.key().namespace());
                int slash = full.indexOf('/');
                String host = full.substring(slash + 1);
                byNamespace
                        .computeIfAbsent(full.substring(0, slash), namespace -> new HostMap<>())
                        .put(host, host);
            }
            servers.add(byNamespace);
        }
    }

    /** A host as {@code namespace/host}, with {@code *} for all namespaces. */
    static String full(String written, String own) {
        int slash = written.indexOf('/');
        if (slash < 0) {
            return ALL + "/" + written;
        }
        return written.startsWith("./") ? own + written.substring(1) : written;
    }

    /** Whether some server serves the host for rules of a namespace. */
    boolean admits(String host, String namespace) {
        return servers.stream().anyMatch(server -> admits(server, host, namespace));
    }

    /** Whether this server serves one of the hosts for rules of a namespace. */
    boolean admits(int server, List<String> hosts, String namespace) {
        return hosts.stream().anyMatch(host -> admits(servers.get(server), host, namespace));
    }

    private static boolean admits(Map<String, HostMap<String>> server, String host, String namespace) {
        return overlaps(server.get(ALL), host) || overlaps(server.get(namespace), host);
    }

    private static boolean overlaps(@Nullable HostMap<String> open, String host) {
        return open != null && open.overlaps(host);
    }

    /** Whether every host is open to all namespaces. */
    boolean isOpenToAll() {
        return servers.stream().flatMap(server -> server.keySet().stream()).allMatch(ALL::equals);
    }
}
