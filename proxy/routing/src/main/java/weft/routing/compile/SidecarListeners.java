package weft.routing.compile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import weft.routing.registry.Service;
import weft.routing.route.Forward;
import weft.routing.route.HeaderOperations;
import weft.routing.route.RetryPolicy;
import weft.routing.route.Route;
import weft.routing.route.RouteMatch;
import weft.routing.route.RouteTable;
import weft.routing.route.VirtualHost;
import weft.routing.route.WeightedCluster;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.ProxyIdentity.InboundPort;
import weft.routing.snapshot.ProxyIdentity.OutboundSocket;

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
        for (InboundPort port : view.identity().inbound()) {
            listeners.add(inbound(port));
        }
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

    private Listener inbound(InboundPort port) {
        Service service = own.of(port);
        String serviceHost = service == null ? "" : service.host();
        VirtualHost host = new VirtualHost(
                "inbound|http|" + port.servicePort(),
                List.of("*"),
                List.of(toCluster("default", Clusters.inboundName(port), serviceHost, RetryPolicy.NONE)),
                false);
        return new Listener(
                port.bindAddress() + "_" + port.bindPort(),
                port.bindAddress(),
                port.bindPort(),
                Listener.Direction.INBOUND,
                Map.of(Listener.ANY_PORT, new RouteTable(List.of(host))));
    }

    /** A route that Istio makes by itself: everything to one cluster. */
    static Route toCluster(String name, String cluster, String host, RetryPolicy retries) {
        WeightedCluster target =
                new WeightedCluster(cluster, host, "", 1, HeaderOperations.NONE, HeaderOperations.NONE);
        Forward forward = new Forward(List.of(target), null, null, 0, retries, null, List.of());
        return new Route(name, RouteMatch.ANY, forward, HeaderOperations.NONE, HeaderOperations.NONE, null);
    }
}
