package weft.routing.compile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.routing.host.HostNames;

/**
 * The hosts of a Sidecar's egress listener, {@code namespace/host} each. Immutable.
 *
 * <p>{@code ~namespace/host} takes out what another entry let in, {@code ~/*} everything.
 */
final class EgressHosts {
    private static final String ANY = "*";

    private final Map<String, List<String>> imported = new HashMap<>();
    private final Map<String, List<String>> excluded = new HashMap<>();

    EgressHosts(List<String> hosts, String ownNamespace) {
        for (String entry : hosts) {
            int slash = entry.indexOf('/');
            if (slash < 0) {
                continue;
            }
            boolean excludes = entry.startsWith("~");
            String namespace = entry.substring(excludes ? 1 : 0, slash);
            if (namespace.equals(".")) {
                namespace = ownNamespace;
            } else if (namespace.isEmpty()) {
                namespace = ANY;
            }
            (excludes ? excluded : imported)
                    .computeIfAbsent(namespace, key -> new ArrayList<>())
                    .add(entry.substring(slash + 1));
        }
    }

    boolean importsService(String host, String namespace) {
        return !isExcluded(host, namespace)
                && (contains(imported.get(namespace), host) || contains(imported.get(ANY), host));
    }

    /** Whether some host of it is imported; a wildcard counts when it overlaps. */
    boolean importsVirtualService(VirtualServiceView service) {
        for (String host : service.hosts()) {
            boolean overlaps = overlap(imported.get(service.namespace()), host) || overlap(imported.get(ANY), host);
            if (overlaps && !isExcluded(host, service.namespace())) {
                return true;
            }
        }
        return false;
    }

    private boolean isExcluded(String host, String namespace) {
        return contains(excluded.get(namespace), host) || contains(excluded.get(ANY), host);
    }

    private static boolean contains(@Nullable List<String> hosts, String host) {
        return hosts != null && hosts.stream().anyMatch(imported -> HostNames.isSubset(host, imported));
    }

    private static boolean overlap(@Nullable List<String> hosts, String host) {
        return hosts != null && hosts.stream().anyMatch(imported -> HostNames.overlap(host, imported));
    }
}
