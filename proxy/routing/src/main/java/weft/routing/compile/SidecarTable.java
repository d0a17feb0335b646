package weft.routing.compile;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import weft.routing.cluster.Cluster;
import weft.routing.host.HostNames;
import weft.routing.registry.Service;
import weft.routing.registry.ServiceRegistry;
import weft.routing.route.DirectResponse;
import weft.routing.route.HeaderOperations;
import weft.routing.route.RetryPolicy;
import weft.routing.route.Route;
import weft.routing.route.RouteMatch;
import weft.routing.route.RouteTable;
import weft.routing.route.VirtualHost;

/**
 * The route tables of a sidecar's outgoing requests, one per service port. Confined to one compilation.
 *
 * <p>VirtualServices of one host do not merge here: each service has one, by host, then by who may see it, then by age.
 */
final class SidecarTable {
    private static final int HTTP_PORT = 80;
    private static final int BAD_GATEWAY = 502;
    private static final Set<String> MESH = Set.of(VirtualServiceView.MESH);

    private final ProxyView view;
    private final ServiceRegistry registry;
    private final HttpRoutes routes;
    private final List<VirtualServiceView> virtualServices;
    private final Map<String, VirtualServiceView> wildcards = new LinkedHashMap<>();

    SidecarTable(ProxyView view, Egress egress) {
        this.view = view;
        this.registry = egress.services();
        this.routes = new HttpRoutes(view.identity(), new Destinations(egress.services(), true));
        this.virtualServices = egress.virtualServices();
        Set<String> exact = new HashSet<>();
        Map<String, VirtualServiceView> byWildcard = new LinkedHashMap<>();
        for (VirtualServiceView service : virtualServices) {
            for (String host : service.hosts()) {
                if (HostNames.isWildcard(host)) {
                    byWildcard.putIfAbsent(host, service);
                } else {
                    exact.add(host);
                }
            }
        }
        if (byWildcard.isEmpty()) {
            return;
        }
        for (Service service : registry.services()) {
            String match = HostNames.mostSpecificMatch(service.host(), byWildcard.keySet());
            if (match != null && !exact.contains(service.host())) {
                wildcards.put(service.host(), byWildcard.get(match));
            }
        }
    }

    RouteTable compile(int port) {
        Map<String, Service> services = new LinkedHashMap<>();
        for (Service service : registry.services()) {
            if (service.port(port) != null) {
                services.put(service.host(), service);
            }
        }
        List<Wrapper> wrappers = wrappers(port, services);
        Domains domains = new Domains(view.identity().namespace());
        Set<String> known = new HashSet<>(services.keySet());
        List<VirtualHost> hosts = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Wrapper wrapper : wrappers) {
            for (String host : wrapper.hosts) {
                add(host, List.of(host), wrapper.routes, port, names, hosts, domains, known);
            }
            for (Service service : wrapper.services) {
                List<String> all = domains.of(service);
                add(service.host(), all, wrapper.routes, port, names, hosts, domains, known);
            }
        }
        VirtualHost unknown = unknownHosts(view);
        if (domains.isFree("*")) {
            hosts.add(unknown);
        }
        return new RouteTable(hosts);
    }

    private static void add(
            String host,
            List<String> wanted,
            List<Route> routes,
            int port,
            Set<String> names,
            List<VirtualHost> to,
            Domains domains,
            Set<String> known) {
        String name = host + ":" + port;
        if (!names.add(name)) {
            return;
        }
        List<String> free = domains.take(host, wanted, known);
        if (!free.isEmpty()) {
            to.add(new VirtualHost(name, free, routes, false));
        }
    }

    /** Hosts and services that share routes. */
    private record Wrapper(List<String> hosts, List<Service> services, List<Route> routes) {}

    private List<Wrapper> wrappers(int port, Map<String, Service> services) {
        List<Wrapper> wrappers = new ArrayList<>();
        Set<String> routed = new HashSet<>();
        for (VirtualServiceView virtual : virtualServices) {
            List<String> unknown = new ArrayList<>();
            Set<Service> bound = new LinkedHashSet<>();
            split(virtual, services, unknown, bound);
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
    private void split(
            VirtualServiceView virtual, Map<String, Service> services, List<String> unknown, Set<Service> bound) {
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
            boolean matched = false;
            for (Service service : services.values()) {
                if (HostNames.overlap(service.host(), host)) {
                    matched = true;
                    VirtualServiceView winner = wildcards.get(service.host());
                    if (winner != null
                            && winner.rule().key().equals(virtual.rule().key())) {
                        bound.add(service);
                    }
                }
            }
            if (!matched) {
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
            Route route = SidecarListeners.toCluster("allow_any", Clusters.PASSTHROUGH, "", RetryPolicy.NONE);
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
