package weft.routing.compile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import weft.routing.host.HostNames;
import weft.routing.registry.Protocol;
import weft.routing.registry.Service;
import weft.routing.route.Forward;
import weft.routing.route.HeaderOperations;
import weft.routing.route.RetryPolicy;
import weft.routing.route.Route;
import weft.routing.route.RouteMatch;
import weft.routing.route.RouteTable;
import weft.routing.route.VirtualHost;
import weft.routing.route.WeightedCluster;
import weft.routing.snapshot.FilterChain;
import weft.routing.snapshot.FilterChain.Application;
import weft.routing.snapshot.FilterChainMatch;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.ProxyIdentity.InboundPort;
import weft.routing.snapshot.ProxyIdentity.OutboundSocket;
import weft.routing.snapshot.ProxyIdentity.ServiceSocket;

/** The listeners of a sidecar: one for outgoing requests, one per port of its workload. Confined to one compilation. */
final class SidecarListeners {
    private static final int HTTP_PORT = 80;

    private final ProxyView view;
    private final InboundServices own;

    SidecarListeners(ProxyView view, InboundServices own) {
        this.view = view;
        this.own = own;
    }

    List<Listener> compile() {
        List<Listener> listeners = new ArrayList<>();
        OutboundSocket outbound = view.identity().outbound();
        if (outbound != null) {
            listeners.add(outbound(outbound));
        }
        for (ServiceSocket socket : view.identity().services()) {
            listeners.add(service(socket));
        }
        Map<String, List<InboundPort>> bySocket = new LinkedHashMap<>();
        for (InboundPort port : view.identity().inbound()) {
            bySocket.computeIfAbsent(port.bindAddress() + "_" + port.bindPort(), key -> new ArrayList<>())
                    .add(port);
        }
        bySocket.forEach((name, ports) -> listeners.add(inbound(name, ports)));
        return listeners;
    }

    /** One table per HTTP port of any service, and the table of unknown hosts for all other ports. */
    private Listener outbound(OutboundSocket socket) {
        Map<Egress, Map<Integer, List<Service>>> services = new IdentityHashMap<>();
        Map<Integer, RouteTable> byPort = new TreeMap<>();
        for (int port : ports()) {
            Egress egress = view.scope().egress(port);
            if (egress != null) {
                List<Service> ofPort = services.computeIfAbsent(egress, SidecarListeners::byPort)
                        .getOrDefault(port, List.of());
                byPort.put(port, new SidecarTable(view, egress, port, ofPort).compile());
            }
        }
        byPort.put(Listener.ANY_PORT, new RouteTable(List.of(SidecarTable.unknownHosts(view))));
        return new Listener(
                "virtualOutbound",
                socket.address(),
                socket.port(),
                Listener.Direction.OUTBOUND,
                byPort,
                new OutboundFilterChains(view).compile());
    }

    private static Map<Integer, List<Service>> byPort(Egress egress) {
        Map<Integer, List<Service>> services = new HashMap<>();
        for (Service service : egress.services().services()) {
            Set<Integer> numbers = new LinkedHashSet<>();
            service.ports().forEach(port -> numbers.add(port.number()));
            for (int number : numbers) {
                services.computeIfAbsent(number, key -> new ArrayList<>()).add(service);
            }
        }
        return services;
    }

    private Listener service(ServiceSocket socket) {
        String host = HostNames.resolve(socket.host(), view.identity().namespace());
        return new Listener(
                socket.address() + "_" + socket.port(),
                socket.address(),
                socket.port(),
                Listener.Direction.OUTBOUND,
                Map.of(),
                OutboundFilterChains.ofSocket(view, host, socket.servicePort()));
    }

    /** 80, where hosts outside the registry may have routes, and every HTTP port of a service. */
    private Set<Integer> ports() {
        Set<Integer> ports = new TreeSet<>();
        ports.add(HTTP_PORT);
        for (Service service : view.services().services()) {
            for (Service.Port port : service.ports()) {
                if (port.protocol().isHttpOrSniffed()) {
                    ports.add(port.number());
                }
            }
        }
        return ports;
    }

    /**
     * What a socket takes for the workload. Several ports on one socket are told apart by the port that a redirected client
     * meant; what was meant for none of them goes where it was meant to go.
     */
    private Listener inbound(String name, List<InboundPort> ports) {
        boolean isShared = ports.size() > 1;
        Map<Integer, RouteTable> routes = new TreeMap<>();
        List<FilterChain> chains = new ArrayList<>();
        for (InboundPort port : ports) {
            int meant = isShared ? port.targetPort() : Listener.ANY_PORT;
            Protocol protocol = own.protocol(port);
            if (protocol.isHttpOrSniffed()) {
                routes.put(meant, requests(port));
            }
            if (!protocol.isHttp()) {
                chains.add(connections(port, meant, protocol));
            }
        }
        if (isShared) {
            chains.add(new FilterChain(
                    "virtualInbound-catchall-tcp",
                    FilterChainMatch.ANY,
                    null,
                    TcpProxies.toCluster(Clusters.INBOUND_PASSTHROUGH, ""),
                    Application.UNKNOWN));
        }
        InboundPort first = ports.get(0);
        return new Listener(name, first.bindAddress(), first.bindPort(), Listener.Direction.INBOUND, routes, chains);
    }

    private RouteTable requests(InboundPort port) {
        VirtualHost host = new VirtualHost(
                "inbound|http|" + port.servicePort(),
                List.of("*"),
                List.of(toCluster("default", Clusters.inboundName(port), own.host(port), RetryPolicy.NONE)),
                false);
        return new RouteTable(List.of(host));
    }

    private FilterChain connections(InboundPort port, int meant, Protocol protocol) {
        String cluster = Clusters.inboundName(port);
        return new FilterChain(
                cluster,
                new FilterChainMatch(meant, List.of(), List.of(), false),
                null,
                TcpProxies.toCluster(cluster, own.host(port)),
                protocol == Protocol.SNIFFED ? Application.SNIFFED : Application.OPAQUE);
    }

    /** A route that Istio makes by itself: everything to one cluster. */
    static Route toCluster(String name, String cluster, String host, RetryPolicy retries) {
        WeightedCluster target =
                new WeightedCluster(cluster, host, "", 1, HeaderOperations.NONE, HeaderOperations.NONE);
        Forward forward = new Forward(List.of(target), null, null, 0, retries, null, List.of());
        return new Route(name, RouteMatch.ANY, forward, HeaderOperations.NONE, HeaderOperations.NONE, null);
    }
}
