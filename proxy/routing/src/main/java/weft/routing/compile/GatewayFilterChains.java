package weft.routing.compile;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.routing.compile.GatewayListeners.BoundServer;
import weft.routing.compile.TcpProxies.Predicates;
import weft.routing.host.HostNames;
import weft.routing.registry.Protocol;
import weft.routing.registry.Service;
import weft.routing.route.RouteTable;
import weft.routing.snapshot.FilterChain;
import weft.routing.snapshot.FilterChainMatch;
import weft.routing.snapshot.NetworkFilter.HttpConnectionManager;
import weft.routing.snapshot.NetworkFilter.TcpProxy;
import weft.routing.snapshot.RuleNotice;
import weft.routing.snapshot.ServerTls;
import weft.schema.L4MatchAttributes;
import weft.schema.ServerTLSMode;
import weft.schema.ServerTLSSettings;
import weft.schema.Subset;
import weft.schema.TCPRoute;
import weft.schema.TLSMatchAttributes;
import weft.schema.TLSRoute;

/** The filter chains of one gateway socket whose servers are TLS or TCP. Confined to one compilation. */
final class GatewayFilterChains {
    private static final String ANY_HOST = "*";

    private final ProxyView view;
    private final HttpRoutes routes;
    private final TcpProxies proxies;
    private final List<RuleNotice> notices;
    private final List<FilterChain> chains = new ArrayList<>();
    private final Set<String> routedNames = new HashSet<>();

    GatewayFilterChains(ProxyView view, HttpRoutes routes, List<RuleNotice> notices) {
        this.view = view;
        this.routes = routes;
        this.proxies = new TcpProxies(view, new Destinations(view.services(), false));
        this.notices = notices;
    }

    List<FilterChain> compile(List<BoundServer> servers) {
        for (BoundServer server : servers) {
            ServerTLSSettings tls = server.server().getTls();
            if (tls == null) {
                tcp(server, FilterChainMatch.ANY, null);
            } else if (tls.getMode() == ServerTLSMode.AUTO_PASSTHROUGH) {
                autoPassthrough(server);
            } else if (tls.getMode() == ServerTLSMode.PASSTHROUGH) {
                passthrough(server);
            } else if (isHttps(server)) {
                http(server, tls);
            } else {
                tcp(server, match(names(server)), DownstreamTls.compile(tls));
            }
        }
        return chains;
    }

    /** Whether TLS ends here, and what comes out is HTTP. */
    static boolean isHttps(BoundServer server) {
        ServerTLSSettings tls = server.server().getTls();
        return tls != null
                && tls.getMode() != ServerTLSMode.AUTO_PASSTHROUGH
                && tls.getMode() != ServerTLSMode.PASSTHROUGH
                && Protocol.parse(server.server().getPort().getProtocol()) == Protocol.HTTPS;
    }

    /** Names without their namespace, none for any. */
    static List<String> names(BoundServer server) {
        Set<String> names = new LinkedHashSet<>();
        for (String host : server.hosts()) {
            names.add(host.substring(host.indexOf('/') + 1));
        }
        return List.copyOf(names);
    }

    private static FilterChainMatch match(List<String> names) {
        return new FilterChainMatch(0, List.of(), names.contains(ANY_HOST) ? List.of() : names, true);
    }

    private List<VirtualServiceView> bound(BoundServer server) {
        return view.bound(server.gateway()).stream()
                .filter(service -> !HostNames.intersection(
                                HostNames.openTo(server.hosts(), service.namespace()), service.hosts())
                        .isEmpty())
                .toList();
    }

    /** The first entry that fits, of the first VirtualService that has one. */
    private void tcp(BoundServer server, FilterChainMatch match, @Nullable ServerTls tls) {
        int port = server.port();
        for (VirtualServiceView service : bound(server)) {
            for (int i = 0; i < service.spec().getTcp().size(); i++) {
                TCPRoute entry = service.spec().getTcp().get(i);
                if (fits(entry, service, server)) {
                    add(match, tls, proxies.compile(entry.getRoute(), service, "tcp[" + i + "]", port));
                    return;
                }
            }
        }
    }

    /** An entry without route is for nobody. */
    private static boolean fits(TCPRoute entry, VirtualServiceView service, BoundServer server) {
        if (entry.getMatch().isEmpty() || entry.getRoute().isEmpty()) {
            return !entry.getRoute().isEmpty();
        }
        for (L4MatchAttributes match : entry.getMatch()) {
            Predicates predicates = new Predicates(
                    match.getPort(), match.getGateways(), match.getSourceLabels(), match.getSourceNamespace());
            if (TcpProxies.holdOnGateway(predicates, service.namespace(), server.port(), server.gateway())) {
                return true;
            }
        }
        return false;
    }

    /** A match one of whose names is taken on this socket is skipped as a whole. */
    private void passthrough(BoundServer server) {
        for (VirtualServiceView service : bound(server)) {
            for (int i = 0; i < service.spec().getTls().size(); i++) {
                TLSRoute entry = service.spec().getTls().get(i);
                if (entry.getRoute().isEmpty()) {
                    continue;
                }
                String path = "tls[" + i + "]";
                for (TLSMatchAttributes match : entry.getMatch()) {
                    Predicates predicates = new Predicates(
                            match.getPort(), match.getGateways(), match.getSourceLabels(), match.getSourceNamespace());
                    if (TcpProxies.holdOnGateway(predicates, service.namespace(), server.port(), server.gateway())) {
                        TcpProxy proxy = proxies.compile(entry.getRoute(), service, path, server.port());
                        passthrough(server, service, path, lower(match.getSniHosts()), proxy);
                    }
                }
            }
        }
    }

    private void passthrough(
            BoundServer server, VirtualServiceView service, String path, List<String> names, @Nullable TcpProxy proxy) {
        List<String> duplicates = names.stream().filter(routedNames::contains).toList();
        if (duplicates.isEmpty()) {
            routedNames.addAll(names);
            add(match(names), null, proxy);
            return;
        }
        notices.add(new RuleNotice(
                service.rule().key(),
                "DuplicateServerName",
                path + ".match.sniHosts: " + duplicates + " on port " + server.port() + " of gateway "
                        + server.gateway() + " are routed by an earlier rule; this match is left out"));
    }

    private static List<String> lower(List<String> names) {
        return names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    }

    /** Every port and subset of services within the mesh by the name that sidecars of other networks ask for. */
    private void autoPassthrough(BoundServer server) {
        List<String> hosts = names(server);
        for (Service service : view.services().services()) {
            boolean isServed = hosts.stream().anyMatch(host -> HostNames.isSubset(service.host(), host));
            if (service.isMeshExternal() || !isServed) {
                continue;
            }
            DestinationRules.Merged rule = view.destinationRules().lookup(service.host(), service.namespace());
            for (Service.Port port : service.ports()) {
                if (port.protocol() == Protocol.UDP) {
                    continue;
                }
                autoPassthrough(service, port.number(), "");
                for (Subset subset : rule == null ? List.<Subset>of() : rule.subsets()) {
                    autoPassthrough(service, port.number(), subset.getName());
                }
            }
        }
    }

    private void autoPassthrough(Service service, int port, String subset) {
        String name = "outbound_." + port + "_." + (subset.isEmpty() ? "_" : subset + "_") + "." + service.host();
        if (routedNames.add(name)) {
            add(match(List.of(name)), null, proxies.toService(service.host(), port, subset));
        }
    }

    private void add(FilterChainMatch match, @Nullable ServerTls tls, @Nullable TcpProxy proxy) {
        if (proxy != null) {
            chains.add(new FilterChain(proxy.statPrefix(), match, tls, proxy));
        }
    }

    /** An HTTPS server has a table of its own, as another certificate must not lead to another server's hosts. */
    private void http(BoundServer server, ServerTLSSettings tls) {
        RouteTable table = new GatewayTable(view, routes, server.port()).compile(List.of(server));
        String name = server.routeName();
        chains.add(new FilterChain(
                name, match(names(server)), DownstreamTls.compile(tls), new HttpConnectionManager(name, table)));
    }
}
