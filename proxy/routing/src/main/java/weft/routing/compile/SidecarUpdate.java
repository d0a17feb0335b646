package weft.routing.compile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.routing.host.HostNames;
import weft.routing.registry.Service;
import weft.routing.registry.ServiceRegistry;
import weft.routing.route.RouteTable;
import weft.routing.route.VirtualHost;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.ProxyIdentity;

/**
 * The outbound listener of a sidecar after a change of some VirtualServices: of each table only the hosts they name are
 * made anew. Confined to one compilation.
 *
 * <p>That is enough as long as none of their domains is wanted by anyone else: who gets it is settled among all.
 */
final class SidecarUpdate {
    private final ProxyIdentity identity;
    private final VirtualServiceChange change;
    private final KnownRules known;
    private final ServiceRegistry services;
    private final Compilation.Traits traits;
    private final Domains domains;

    SidecarUpdate(
            ProxyIdentity identity,
            VirtualServiceChange change,
            KnownRules known,
            ServiceRegistry services,
            Compilation.Traits traits) {
        this.identity = identity;
        this.change = change;
        this.known = known;
        this.services = services;
        this.traits = traits;
        this.domains = new Domains(identity.namespace());
    }

    /** The listeners, or null when the change reaches further than the hosts it names. */
    @Nullable
    List<Listener> apply(List<Listener> before) {
        List<VirtualServiceView> mesh =
                VirtualServiceView.select(change.views(), VirtualServiceView.MESH, identity.namespace());
        if (mesh.isEmpty()) {
            return before;
        }
        if (traits.isScoped() || traits.hasMeshWildcards() || !traits.isPlain()) {
            return null;
        }
        Set<String> hosts = new LinkedHashSet<>();
        for (VirtualServiceView view : mesh) {
            if (VirtualServiceChange.hasLayer4(view) || !view.hosts().stream().allMatch(this::isAlone)) {
                return null;
            }
            hosts.addAll(view.hosts());
        }
        List<Listener> listeners = new ArrayList<>();
        for (Listener listener : before) {
            boolean isOutbound = listener.direction() == Listener.Direction.OUTBOUND && listener.speaksHttp();
            listeners.add(isOutbound ? outbound(listener, hosts) : listener);
        }
        return listeners;
    }

    /** Whether nobody else wants a domain that this host may have. */
    private boolean isAlone(String host) {
        Service service = services.service(host);
        if (HostNames.isWildcard(host) || service == null && isAddress(host)) {
            return false;
        }
        List<String> wanted = service == null ? List.of(host) : domains.of(service);
        for (String domain : wanted) {
            String lower = domain.toLowerCase(Locale.ROOT);
            if (!lower.equals(host) && !known.virtualServices().naming(lower).isEmpty()) {
                return false;
            }
            for (String name : domains.hostsCalled(lower.startsWith("*.") ? lower.substring(2) : lower)) {
                Service other = name.equals(host) ? null : services.service(name);
                if (other != null && domains.of(other).contains(lower)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Whether it may be an address of some service. */
    private static boolean isAddress(String host) {
        return host.indexOf(':') >= 0 || host.chars().allMatch(c -> c == '.' || Character.isDigit(c));
    }

    private Listener outbound(Listener before, Set<String> hosts) {
        Egress egress = change.egress(hosts);
        Set<String> named = new LinkedHashSet<>(hosts);
        egress.virtualServices().forEach(view -> named.addAll(view.hosts()));
        List<Service> services = services(named);
        Map<Integer, RouteTable> tables = new HashMap<>(before.routesByPort());
        for (int port : ports(services(hosts))) {
            RouteTable table = tables.get(port);
            if (table == null) {
                continue; // no service speaks HTTP on it
            }
            List<Service> ofPort = services.stream()
                    .filter(service -> service.port(port) != null)
                    .toList();
            RouteTable part = new SidecarTable(change.sidecarView(egress), egress, port, ofPort).compile();
            Map<String, @Nullable VirtualHost> changes = new HashMap<>();
            for (String host : hosts) {
                String name = SidecarTable.name(host, port);
                changes.put(name, part.named(name));
            }
            tables.put(port, table.with(changes));
        }
        return new Listener(
                before.name(), before.address(), before.port(), before.direction(), tables, before.filterChains());
    }

    private List<Service> services(Set<String> hosts) {
        List<Service> found = new ArrayList<>();
        for (String host : hosts) {
            Service service = services.service(host);
            if (service != null) {
                found.add(service);
            }
        }
        return found;
    }

    /** Where routes of these may be: on their ports, and where hosts outside the registry have theirs. */
    private static Set<Integer> ports(List<Service> services) {
        Set<Integer> ports = new LinkedHashSet<>();
        ports.add(SidecarTable.HTTP_PORT);
        services.forEach(service -> service.ports().forEach(port -> ports.add(port.number())));
        return ports;
    }
}
