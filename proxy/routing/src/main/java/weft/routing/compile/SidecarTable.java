package weft.routing.compile;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import weft.routing.cluster.Cluster;
import weft.routing.host.HostNames;
import weft.routing.registry.Service;
import weft.routing.route.DirectResponse;
import weft.routing.route.HeaderOperations;
import weft.routing.route.RetryPolicy;
import weft.routing.route.Route;
import weft.routing.route.RouteMatch;
import weft.routing.route.RouteTable;
import weft.routing.route.VirtualHost;

/**
 * The route table of a sidecar's outgoing requests to one service port. Confined to one compilation.
 *
 * <p>VirtualServices of one host do not merge here: each service has one, by host, then by who may see it, then by age.
 */
final class SidecarTable {
    static final int HTTP_PORT = 80;
    private static final int BAD_GATEWAY = 502;
    private static final Set<String> MESH = Set.of(VirtualServiceView.MESH);

    private final ProxyView view;
    private final HttpRoutes routes;
    private final VirtualServiceIndex index;
    private final List<VirtualServiceView> virtualServices;
    private final int port;
    private final Map<String, Service> services = new LinkedHashMap<>();
    private final Map<String, List<Service>> byWildcard = new HashMap<>();

    /** @param services of the egress that have this port, in order */
    SidecarTable(ProxyView view, Egress egress, int port, Collection<Service> services) {
        this.view = view;
        this.routes = new HttpRoutes(view.identity(), new Destinations(egress.services(), true));
        this.index = egress.index();
        this.port = port;
        for (Service service : services) {
            this.services.put(service.host(), service);
            for (String wildcard : index.wildcards().overlapping(service.host())) {
                byWildcard.computeIfAbsent(wildcard, key -> new ArrayList<>()).add(service);
            }
        }
        // Only on port 80 a VirtualService counts that no service of the port belongs to.
        this.virtualServices = port == HTTP_PORT ? egress.virtualServices() : index.candidates(this.services.keySet());
    }

    RouteTable compile() {
        List<Wrapper> wrappers = wrappers();
        Domains domains = new Domains(view.identity().namespace());
        List<VirtualHost> hosts = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Wrapper wrapper : wrappers) {
            for (String host : wrapper.hosts) {
                add(host, List.of(Domains.literal(host)), wrapper.routes, names, hosts, domains);
            }
            for (Service service : wrapper.services) {
                add(service.host(), domains.of(service), wrapper.routes, names, hosts, domains);
            }
        }
        if (domains.isFree("*")) {
            hosts.add(unknownHosts(view));
        }
        return new RouteTable(hosts);
    }

    /** The name of a virtual host. */
    static String name(String host, int port) {
        return host + ":" + port;
    }

    private void add(
            String host,
            List<String> wanted,
            List<Route> routes,
            Set<String> names,
            List<VirtualHost> to,
            Domains domains) {
        String name = name(host, port);
        if (!names.add(name)) {
            return;
        }
        List<String> free = domains.take(host, wanted, services.keySet());
        if (!free.isEmpty()) {
            to.add(new VirtualHost(name, free, routes, false));
        }
    }

    /** Hosts and services that share routes. */
    private record Wrapper(List<String> hosts, List<Service> services, List<Route> routes) {}

    private List<Wrapper> wrappers() {
        List<Wrapper> wrappers = new ArrayList<>();
        Set<String> routed = new HashSet<>();
        for (VirtualServiceView virtual : virtualServices) {
            List<String> unknown = new ArrayList<>();
            Set<Service> bound = new LinkedHashSet<>();
            split(virtual, unknown, bound);
            List<Service> http =
                    bound.stream().filter(service -> isHttp(service, port)).toList();
            if (http.isEmpty() && (port != HTTP_PORT || unknown.isEmpty())) {
                continue;
            }
            List<Route> compiled = routes.compile(virtual, port, MESH);
            if (!compiled.isEmpty()) {
                wrappers.add(new Wrapper(unknown, http, compiled));
                http.forEach(service -> routed.add(service.host()));
            }
        }
        for (Service service : services.values()) {
            if (isHttp(service, port) && !routed.contains(service.host())) {
                wrappers.add(new Wrapper(List.of(), List.of(service), List.of(defaultRoute(service, port))));
            }
        }
        return wrappers;
    }

    /** Parts the hosts of a VirtualService into services of this port and names nobody knows here. */
    private void split(VirtualServiceView virtual, List<String> unknown, Set<Service> bound) {
        for (String host : virtual.hosts()) {
            if (!HostNames.isWildcard(host)) {
                Service service = services.get(host);
                if (service == null) {
                    unknown.add(host);
                } else {
                    bound.add(service);
                }
                continue;
            }
            List<Service> matched = byWildcard.getOrDefault(host, List.of());
            for (Service service : matched) {
                VirtualServiceView winner = index.byWildcard(service.host());
                if (winner != null && winner.rule().key().equals(virtual.rule().key())) {
                    bound.add(service);
                }
            }
            if (matched.isEmpty()) {
                unknown.add(host);
            }
        }
    }

    private static boolean isHttp(Service service, int port) {
        Service.Port found = service.port(port);
        return found != null && found.protocol().isHttpOrSniffed();
    }

    private static Route defaultRoute(Service service, int port) {
        return SidecarListeners.toCluster(
                "default", Cluster.nameOf("outbound", port, "", service.host()), service.host(), RetryPolicy.DEFAULT);
    }

    /** Where requests for hosts that are not in the table go. */
    static VirtualHost unknownHosts(ProxyView view) {
        if (view.scope().allowsUnknownHosts()) {
            Route route = SidecarListeners.toCluster("allow_any", view.scope().unknownCluster(), "", RetryPolicy.NONE);
            return new VirtualHost("allow_any", List.of("*"), List.of(route), false);
        }
        Route route = new Route(
                "block_all",
                RouteMatch.ANY,
                new DirectResponse(BAD_GATEWAY, new byte[0]),
                HeaderOperations.NONE,
                HeaderOperations.NONE,
                null);
        return new VirtualHost("block_all", List.of("*"), List.of(route), false);
    }
}
