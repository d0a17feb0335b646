package weft.routing.compile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import weft.routing.registry.Protocol;
import weft.routing.route.RouteTable;
import weft.routing.snapshot.FilterChain;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.RuleNotice;
import weft.rules.Rule;
import weft.schema.Gateway;
import weft.schema.GatewayServer;
import weft.schema.ServerTLSMode;

/**
 * The listeners of a gateway proxy: servers of all Gateways that select it, merged by address and port. Confined to one
 * compilation.
 */
final class GatewayListeners {
    private static final String ALL_ADDRESSES = "0.0.0.0";

    private final ProxyView view;
    private final HttpRoutes routes;
    private final List<RuleNotice> notices;

    GatewayListeners(ProxyView view, List<RuleNotice> notices) {
        this.view = view;
        this.routes = new HttpRoutes(view.identity(), new Destinations(view.services(), false));
        this.notices = notices;
    }

    /**
     * A server and the Gateway it stands in.
     *
     * @param gateway as {@code namespace/name}
     * @param boundPort where it listens: its own port, or the target port of the service in front
     */
    record BoundServer(GatewayServer server, String gateway, List<String> hosts, int boundPort) {
        int port() {
            return (int) server.getPort().getNumber();
        }

        /** Istio's name of its route configuration: {@code https.port.portName.gateway.namespace}, and where it is bound. */
        String routeName() {
            int slash = gateway.indexOf('/');
            return "https." + port() + "." + server.getPort().getName() + "." + gateway.substring(slash + 1) + "."
                    + gateway.substring(0, slash)
                    + (server.getBind().isEmpty() ? "" : "." + server.getBind());
        }
    }

    /** Servers that share a socket, by the name of its listener, in order of age. */
    Map<String, List<BoundServer>> sockets(List<Rule> gateways, GatewayPorts ports) {
        Map<String, List<BoundServer>> bySocket = new LinkedHashMap<>();
        for (Rule rule : gateways) {
            List<GatewayServer> servers = ((Gateway) rule.resource()).getSpec().getServers();
            for (int i = 0; i < servers.size(); i++) {
                GatewayServer server = servers.get(i);
                if (server.getPort() != null) {
                    for (int port : ports.of(rule, (int) server.getPort().getNumber())) {
                        add(rule, i, server, port, bySocket);
                    }
                }
            }
        }
        return bySocket;
    }

    List<Listener> compile(Map<String, List<BoundServer>> bySocket) {
        List<Listener> listeners = new ArrayList<>();
        for (List<BoundServer> servers : bySocket.values()) {
            BoundServer first = servers.get(0);
            if (family(first.server()) == Family.HTTP) {
                listeners.add(listener(first, servers));
                continue;
            }
            List<FilterChain> chains = new GatewayFilterChains(view, routes, notices).compile(servers);
            if (!chains.isEmpty()) {
                listeners.add(new Listener(
                        socket(first),
                        address(first.server()),
                        first.boundPort(),
                        Listener.Direction.GATEWAY,
                        Map.of(),
                        chains));
            }
        }
        return listeners;
    }

    /** What may share a socket: plain HTTP merges, TLS is told apart by server name, TCP is alone. */
    private enum Family {
        HTTP,
        TLS,
        TCP
    }

    private static Family family(GatewayServer server) {
        Protocol protocol = Protocol.parse(server.getPort().getProtocol());
        if (protocol.isHttp()) {
            return Family.HTTP;
        }
        return protocol == Protocol.TLS || protocol == Protocol.HTTPS ? Family.TLS : Family.TCP;
    }

    /** On one socket the first server decides the protocol; servers that do not fit are left out. */
    private void add(Rule rule, int index, GatewayServer server, int port, Map<String, List<BoundServer>> bySocket) {
        String namespace = rule.key().namespace();
        BoundServer bound =
                new BoundServer(server, namespace + "/" + rule.key().name(), hosts(server, namespace), port);
        List<BoundServer> socket = bySocket.computeIfAbsent(socket(bound), key -> new ArrayList<>());
        String where = "servers[" + index + "]: port " + server.getPort().getNumber();
        if (!socket.isEmpty()) {
            GatewayServer first = socket.get(0).server();
            if (family(first) != family(server) || family(server) == Family.TCP) {
                notices.add(new RuleNotice(
                        rule.key(),
                        "PortConflict",
                        where + " is taken by " + socket.get(0).gateway()
                                + (family(first) == family(server) ? "" : " with another protocol")));
                return;
            }
        }
        if (server.getTls() != null && family(server) != Family.HTTP) {
            List<String> taken = duplicates(bound, socket);
            if (!taken.isEmpty()) {
                notices.add(new RuleNotice(
                        rule.key(), "DuplicateServerName", where + ": " + taken + " are served by an earlier server"));
                return;
            }
        }
        if (endsTls(server)) {
            notices.add(new RuleNotice(
                    rule.key(),
                    "ServerNotServed",
                    where + ": tls.mode " + server.getTls().getMode()
                            + " is compiled but not served yet (served: PASSTHROUGH, AUTO_PASSTHROUGH)"));
        }
        socket.add(bound);
    }

    private static boolean endsTls(GatewayServer server) {
        return family(server) != Family.HTTP
                && server.getTls() != null
                && server.getTls().getMode() != ServerTLSMode.PASSTHROUGH
                && server.getTls().getMode() != ServerTLSMode.AUTO_PASSTHROUGH;
    }

    /**
     * Hosts that an earlier server has. Where both end TLS, each server name is one's alone; else hosts of different
     * namespaces may go by one name, as the rules of these say what is served.
     */
    private static List<String> duplicates(BoundServer server, List<BoundServer> socket) {
        Set<String> taken = new LinkedHashSet<>();
        for (BoundServer other : socket) {
            Set<String> shared = new LinkedHashSet<>(server.hosts());
            shared.retainAll(other.hosts());
            taken.addAll(shared);
            if (endsTls(server.server()) && endsTls(other.server())) {
                List<String> names = new ArrayList<>(GatewayFilterChains.names(server));
                names.retainAll(GatewayFilterChains.names(other));
                taken.addAll(names);
            }
        }
        return List.copyOf(taken);
    }

    private static String socket(BoundServer bound) {
        return address(bound.server()) + "_" + bound.boundPort();
    }

    private static String address(GatewayServer server) {
        return server.getBind().isEmpty() ? ALL_ADDRESSES : server.getBind();
    }

    private static List<String> hosts(GatewayServer server, String namespace) {
        return server.getHosts().stream()
                .map(host -> host.startsWith("./") ? namespace + host.substring(1) : host)
                .map(host -> host.startsWith("*/") ? host.substring(2) : host)
                .map(host -> host.toLowerCase(Locale.ROOT))
                .toList();
    }

    private Listener listener(BoundServer first, List<BoundServer> servers) {
        RouteTable table = new GatewayTable(view, routes, first.port()).compile(servers);
        return new Listener(
                socket(first),
                address(first.server()),
                first.boundPort(),
                Listener.Direction.GATEWAY,
                Map.of(Listener.ANY_PORT, table));
    }
}
