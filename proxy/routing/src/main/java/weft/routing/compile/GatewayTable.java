package weft.routing.compile;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import weft.routing.compile.GatewayListeners.BoundServer;
import weft.routing.host.HostNames;
import weft.routing.route.Route;
import weft.routing.route.RouteTable;
import weft.routing.route.VirtualHost;

/**
 * The route table of one gateway port. Confined to one compilation.
 *
 * <p>VirtualServices of the same host append their routes, oldest first; what catches everything goes to the end.
 */
final class GatewayTable {
    private final ProxyView view;
    private final HttpRoutes routes;
    private final int port;
    private final Map<String, List<Route>> routesByHost = new LinkedHashMap<>();
    private final Map<String, Integer> portByHost = new HashMap<>();
    private final Set<String> tlsOnly = new HashSet<>();

    GatewayTable(ProxyView view, HttpRoutes routes, int port) {
        this.view = view;
        this.routes = routes;
        this.port = port;
    }

    RouteTable compile(List<BoundServer> servers) {
        for (BoundServer server : servers) {
            for (VirtualServiceView service : view.bound(server.gateway())) {
                bind(server, service);
            }
            if (server.server().getTls() != null && server.server().getTls().getHttpsRedirect()) {
                for (String host : server.hosts()) {
                    String name = host.substring(host.indexOf('/') + 1);
                    routesByHost.computeIfAbsent(name, key -> new ArrayList<>());
                    portByHost.putIfAbsent(name, server.port());
                    tlsOnly.add(name);
                }
            }
        }
        List<VirtualHost> hosts = new ArrayList<>();
        routesByHost.forEach((host, list) -> hosts.add(new VirtualHost(
                name(host, requireNonNull(portByHost.get(host))),
                List.of(host),
                sorted(list),
                tlsOnly.contains(host))));
        if (hosts.isEmpty()) {
            hosts.add(blackhole(port));
        }
        return new RouteTable(hosts);
    }

    /** The name of a virtual host, by the port of the first server that has it. */
    static String name(String host, int port) {
        return host + ":" + port;
    }

    /** What stands in a table that has no other host. */
    static VirtualHost blackhole(int port) {
        return new VirtualHost("blackhole:" + port, List.of("*"), List.of(), false);
    }

    private void bind(BoundServer server, VirtualServiceView service) {
        List<String> open = HostNames.openTo(server.hosts(), service.namespace());
        List<String> hosts = HostNames.intersection(open, service.hosts());
        if (hosts.isEmpty()) {
            return;
        }
        List<Route> compiled = routes.compile(service, server.port(), Set.of(server.gateway()));
        if (compiled.isEmpty()) {
            return;
        }
        boolean redirects =
                server.server().getTls() != null && server.server().getTls().getHttpsRedirect();
        for (String host : hosts) {
            routesByHost.computeIfAbsent(host, key -> new ArrayList<>()).addAll(compiled);
            portByHost.putIfAbsent(host, server.port());
            if (redirects) {
                tlsOnly.add(host);
            }
        }
    }

    private static List<Route> sorted(List<Route> routes) {
        List<Route> sorted = new ArrayList<>(routes.size());
        List<Route> catchAll = new ArrayList<>();
        for (Route route : routes) {
            (HttpRoutes.isCatchAll(route.match()) ? catchAll : sorted).add(route);
        }
        sorted.addAll(catchAll);
        return sorted;
    }
}
