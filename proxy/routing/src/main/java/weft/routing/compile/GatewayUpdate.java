package weft.routing.compile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.routing.compile.GatewayListeners.BoundServer;
import weft.routing.host.HostNames;
import weft.routing.route.RouteTable;
import weft.routing.route.VirtualHost;
import weft.routing.snapshot.FilterChain;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.NetworkFilter.HttpConnectionManager;
import weft.schema.ServerTLSMode;

/**
 * The listeners of a gateway after a change of some VirtualServices: of each table only the hosts they name are made anew.
 * Confined to one compilation.
 */
final class GatewayUpdate {
    private final VirtualServiceChange change;
    private final Map<String, List<BoundServer>> sockets;

    GatewayUpdate(VirtualServiceChange change, Map<String, List<BoundServer>> sockets) {
        this.change = change;
        this.sockets = sockets;
    }

    /** The listeners, or null when chains are concerned that depend on more than hosts. */
    @Nullable
    List<Listener> apply(List<Listener> before) {
        if (change.hasLayer4() && mayHaveChains(before)) {
            return null;
        }
        List<Listener> listeners = new ArrayList<>();
        for (Listener listener : before) {
            List<BoundServer> servers = sockets.getOrDefault(listener.name(), List.of());
            listeners.add(listener.speaksHttp() ? http(listener, servers) : terminated(listener, servers));
        }
        return listeners;
    }

    /** Whether a socket has chains, or would have some with the right rules: until then it has no listener. */
    private boolean mayHaveChains(List<Listener> before) {
        Set<String> plain = new HashSet<>();
        for (Listener listener : before) {
            if (listener.speaksHttp()) {
                plain.add(listener.name());
            }
        }
        return !plain.containsAll(sockets.keySet());
    }

    private Listener http(Listener listener, List<BoundServer> servers) {
        Map<Integer, RouteTable> tables = new HashMap<>();
        listener.routesByPort().forEach((port, table) -> tables.put(port, table(table, servers)));
        return with(listener, tables, listener.filterChains());
    }

    /** Each server that ends HTTPS has a chain with a table of its own, in the same order. */
    private Listener terminated(Listener listener, List<BoundServer> servers) {
        List<BoundServer> https =
                servers.stream().filter(GatewayFilterChains::isHttps).toList();
        List<FilterChain> chains = new ArrayList<>();
        int next = 0;
        for (FilterChain chain : listener.filterChains()) {
            if (chain.filter() instanceof HttpConnectionManager manager) {
                RouteTable table = table(manager.routes(), List.of(https.get(next++)));
                chains.add(new FilterChain(
                        chain.name(),
                        chain.match(),
                        chain.tls(),
                        new HttpConnectionManager(manager.routeConfigName(), table)));
            } else {
                chains.add(chain);
            }
        }
        return with(listener, listener.routesByPort(), chains);
    }

    private static Listener with(Listener old, Map<Integer, RouteTable> tables, List<FilterChain> chains) {
        Listener listener = new Listener(old.name(), old.address(), old.port(), old.direction(), tables, chains);
        return isSame(listener, old) ? old : listener;
    }

    /** By identity, as equality would look at every route. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean isSame(Listener listener, Listener old) {
        boolean isSame = listener.filterChains().size() == old.filterChains().size();
        for (int i = 0; isSame && i < listener.filterChains().size(); i++) {
            isSame = tableOf(listener.filterChains().get(i))
                    == tableOf(old.filterChains().get(i));
        }
        for (Map.Entry<Integer, RouteTable> entry : listener.routesByPort().entrySet()) {
            isSame &= entry.getValue() == old.routesByPort().get(entry.getKey());
        }
        return isSame;
    }

    private static @Nullable RouteTable tableOf(FilterChain chain) {
        return chain.filter() instanceof HttpConnectionManager manager ? manager.routes() : null;
    }

    private RouteTable table(RouteTable before, List<BoundServer> servers) {
        Set<String> hosts = hosts(servers);
        if (hosts.isEmpty()) {
            return before;
        }
        int port = servers.get(0).port();
        RouteTable part = new GatewayTable(change.gatewayView(hosts), change.gatewayRoutes(), port).compile(servers);
        Map<String, @Nullable VirtualHost> changes = new HashMap<>();
        for (String host : hosts) {
            servers.forEach(server -> changes.put(GatewayTable.name(host, server.port()), null));
        }
        for (VirtualHost host : part.virtualHosts()) {
            if (hosts.contains(host.domains().get(0))) {
                changes.put(host.name(), host);
            }
        }
        VirtualHost blackhole = GatewayTable.blackhole(port);
        changes.put(blackhole.name(), null);
        RouteTable after = before.with(changes);
        return after.isEmpty() ? before.with(withBlackhole(changes, blackhole)) : after;
    }

    private static Map<String, @Nullable VirtualHost> withBlackhole(
            Map<String, @Nullable VirtualHost> changes, VirtualHost blackhole) {
        changes.put(blackhole.name(), blackhole);
        return changes;
    }

    /** Those of the tables' hosts that a changed VirtualService has, or had, routes for. */
    private Set<String> hosts(List<BoundServer> servers) {
        Set<String> hosts = new LinkedHashSet<>();
        for (BoundServer server : servers) {
            for (VirtualServiceView view : change.views()) {
                if (view.gateways().contains(server.gateway())) {
                    hosts.addAll(
                            HostNames.intersection(HostNames.openTo(server.hosts(), view.namespace()), view.hosts()));
                }
            }
        }
        return hosts;
    }

    /** Whether some server leads to every port and subset of the mesh. */
    static boolean hasAutoPassthrough(Map<String, List<BoundServer>> sockets) {
        return sockets.values().stream()
                .flatMap(List::stream)
                .anyMatch(server -> server.server().getTls() != null
                        && server.server().getTls().getMode() == ServerTLSMode.AUTO_PASSTHROUGH);
    }
}
