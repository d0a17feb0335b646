package weft.routing.analyze;

import java.util.HashMap;
import java.util.Map;
import weft.rules.Rule;
import weft.schema.GatewayServer;

/**
 * What one Gateway serves, and to rules of which namespaces, found without going over all its hosts. Immutable once
 * built.
 */
final class GatewayHosts {
    private static final String ALL = "*";

    private final Map<String, HostMap<String>> byNamespace = new HashMap<>();

    GatewayHosts(Rule gateway) {
        for (GatewayServer server : Mesh.gateway(gateway).getServers()) {
            for (String written : server.getHosts()) {
                int slash = written.indexOf('/');
                String namespace = slash < 0 ? ALL : written.substring(0, slash);
                String host = written.substring(slash + 1);
                byNamespace
                        .computeIfAbsent(
                                namespace.equals(".") ? gateway.key().namespace() : namespace, key -> new HostMap<>())
                        .put(host, host);
            }
        }
    }

    /** Whether some server serves the host for rules of a namespace. */
    boolean admits(String host, String namespace) {
        return overlaps(ALL, host) || overlaps(namespace, host);
    }

    private boolean overlaps(String namespace, String host) {
        HostMap<String> open = byNamespace.get(namespace);
        return open != null && open.overlaps(host);
    }

    /** Whether every host is open to all namespaces. */
    boolean isOpenToAll() {
        return byNamespace.keySet().stream().allMatch(ALL::equals);
    }
}
