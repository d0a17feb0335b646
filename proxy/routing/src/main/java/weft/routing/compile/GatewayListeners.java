package weft.routing.compile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import weft.routing.registry.Protocol;
import weft.routing.route.RouteTable;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.RuleNotice;
import weft.rules.Rule;
import weft.schema.Gateway;
import weft.schema.GatewayServer;
import weft.schema.GatewaySpec;

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

    /** A server and the Gateway it stands in, as {@code namespace/name}. */
    record BoundServer(GatewayServer server, String gateway, List<String> hosts) {}

    List<Listener> compile(List<Rule> gateways) {
        Map<String, List<BoundServer>> bySocket = new LinkedHashMap<>();
        for (Rule rule : gateways) {
            GatewaySpec spec = ((Gateway) rule.resource()).getSpec();
            if (view.identity()
                    .labels()
                    .entrySet()
                    .containsAll(spec.getSelector().entrySet())) {
                for (int i = 0; i < spec.getServers().size(); i++) {
                    add(rule, i, spec.getServers().get(i), bySocket);
                }
            }
        }
        List<Listener> listeners = new ArrayList<>();
        for (List<BoundServer> servers : bySocket.values()) {
            GatewayServer first = servers.get(0).server();
            if (isPlainHttp(first)) {
                listeners.add(listener(first, servers));
            }
        }
        return listeners;
    }

    /** On one socket the first server decides the protocol; servers that do not fit are left out. */
    private void add(Rule rule, int index, GatewayServer server, Map<String, List<BoundServer>> bySocket) {
        if (server.getPort() == null) {
            return;
        }
        List<BoundServer> socket = bySocket.computeIfAbsent(socket(server), key -> new ArrayList<>());
        if (!isPlainHttp(server)) {
            notices.add(new RuleNotice(
                    rule.key(),
                    "ServerNotServed",
                    "servers[" + index + "]: protocol " + server.getPort().getProtocol() + " on port "
                            + server.getPort().getNumber() + " is not served yet (served: HTTP, HTTP2, GRPC)"));
        }
        if (!socket.isEmpty() && isPlainHttp(socket.get(0).server()) != isPlainHttp(server)) {
            notices.add(new RuleNotice(
                    rule.key(),
                    "PortConflict",
                    "servers[" + index + "]: port " + server.getPort().getNumber() + " is taken by "
                            + socket.get(0).gateway() + " with another protocol"));
            return;
        }
        String namespace = rule.key().namespace();
        socket.add(new BoundServer(server, namespace + "/" + rule.key().name(), hosts(server, namespace)));
    }

    private static String socket(GatewayServer server) {
        return address(server) + "_" + server.getPort().getNumber();
    }

    private static String address(GatewayServer server) {
        return server.getBind().isEmpty() ? ALL_ADDRESSES : server.getBind();
    }

    private static boolean isPlainHttp(GatewayServer server) {
        return Protocol.parse(server.getPort().getProtocol()).isHttp();
    }

    private static List<String> hosts(GatewayServer server, String namespace) {
        return server.getHosts().stream()
                .map(host -> host.startsWith("./") ? namespace + host.substring(1) : host)
                .map(host -> host.toLowerCase(Locale.ROOT))
                .toList();
    }

    private Listener listener(GatewayServer first, List<BoundServer> servers) {
        int port = (int) first.getPort().getNumber();
        RouteTable table = new GatewayTable(view, routes, port).compile(servers);
        return new Listener(
                socket(first), address(first), port, Listener.Direction.GATEWAY, Map.of(Listener.ANY_PORT, table));
    }
}
