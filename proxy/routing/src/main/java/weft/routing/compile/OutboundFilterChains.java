package weft.routing.compile;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.routing.compile.TcpProxies.Predicates;
import weft.routing.registry.Instance;
import weft.routing.registry.Protocol;
import weft.routing.registry.Service;
import weft.routing.snapshot.CidrRange;
import weft.routing.snapshot.FilterChain;
import weft.routing.snapshot.FilterChain.Application;
import weft.routing.snapshot.FilterChainMatch;
import weft.routing.snapshot.NetworkFilter.TcpProxy;
import weft.schema.L4MatchAttributes;
import weft.schema.TCPRoute;
import weft.schema.TLSMatchAttributes;
import weft.schema.TLSRoute;

/**
 * What a sidecar does with outgoing connections that are not HTTP: chains by port, address and server name. Confined to
 * one compilation.
 *
 * <p>A service without addresses takes the whole port; of several, the oldest has it, unless server names tell them
 * apart. What no chain of a port takes goes where unknown hosts go.
 */
final class OutboundFilterChains {
    static final String BLACK_HOLE = "BlackHoleCluster";

    private final ProxyView view;
    private final List<FilterChain> chains = new ArrayList<>();
    private final Set<FilterChainMatch> taken = new HashSet<>();

    OutboundFilterChains(ProxyView view) {
        this.view = view;
    }

    List<FilterChain> compile() {
        for (Service service : view.services().services()) {
            for (Service.Port port : service.ports()) {
                Egress egress = view.scope().egress(port.number());
                boolean isServed =
                        port.protocol() != Protocol.UDP && !port.protocol().isHttp();
                if (isServed && egress != null && egress.services().service(service.host()) != null) {
                    compile(service, port, egress);
                }
            }
        }
        fallBack();
        return chains;
    }

    /**
     * For a socket of one port of a service: the same rules, whatever address the client took. A service that is not known,
     * or not visible, is a black hole.
     */
    static List<FilterChain> ofSocket(ProxyView view, String host, int servicePort) {
        OutboundFilterChains made = new OutboundFilterChains(view);
        Egress egress = view.scope().egress(servicePort);
        Service service = egress == null ? null : egress.services().service(host);
        Service.Port port = service == null ? null : service.port(servicePort);
        if (egress != null && service != null && port != null) {
            made.compile(service, port, egress);
        }
        Set<FilterChainMatch> matches = new HashSet<>();
        List<FilterChain> chains = new ArrayList<>();
        List<CidrRange> addresses = service == null ? List.of() : TcpProxies.ranges(service.addresses());
        for (FilterChain chain : made.chains) {
            List<CidrRange> blocks = chain.match().destinations();
            FilterChainMatch match = new FilterChainMatch(
                    0,
                    List.of(),
                    names(chain, host),
                    chain.match().tls() && !names(chain, host).isEmpty());
            if ((blocks.isEmpty() || addresses.containsAll(blocks)) && matches.add(match)) {
                chains.add(new FilterChain(chain.name(), match, null, chain.filter()));
            }
        }
        if (chains.isEmpty()) {
            TcpProxy nowhere = TcpProxies.toCluster(BLACK_HOLE, host);
            chains.add(new FilterChain(BLACK_HOLE, FilterChainMatch.ANY, null, nowhere));
        }
        return chains;
    }

    /** A service's own name needs no asking for where nobody else is served. */
    private static List<String> names(FilterChain chain, String host) {
        List<String> names = chain.match().serverNames();
        return names.equals(List.of(host.toLowerCase(Locale.ROOT))) ? List.of() : names;
    }

    private void compile(Service service, Service.Port port, Egress egress) {
        TcpProxies proxies = new TcpProxies(view, new Destinations(egress.services(), true));
        List<VirtualServiceView> rules = egress.index().overlapping(service.host());
        List<CidrRange> addresses = TcpProxies.ranges(addresses(service));
        if (isTls(port)) {
            tls(service, port, addresses, rules, proxies);
        } else {
            tcp(service, port, addresses, rules, proxies);
        }
    }

    /** Of a headless service those of its instances, which clients address one by one. */
    private static List<String> addresses(Service service) {
        return service.isHeadless()
                ? service.instances().stream().map(Instance::address).toList()
                : service.addresses();
    }

    private static boolean isTls(Service.Port port) {
        return port.protocol() == Protocol.TLS || port.protocol() == Protocol.HTTPS;
    }

    /** Of equal server names and subnets the first rule counts; any rule takes the place of the default. */
    private void tls(
            Service service,
            Service.Port port,
            List<CidrRange> addresses,
            List<VirtualServiceView> rules,
            TcpProxies proxies) {
        boolean isRouted = false;
        for (VirtualServiceView rule : rules) {
            for (int i = 0; i < rule.spec().getTls().size(); i++) {
                TLSRoute entry = rule.spec().getTls().get(i);
                if (entry.getRoute().isEmpty()) {
                    continue;
                }
                for (TLSMatchAttributes match : entry.getMatch()) {
                    Predicates predicates = new Predicates(
                            match.getPort(), match.getGateways(), match.getSourceLabels(), match.getSourceNamespace());
                    if (!proxies.holdOnSidecar(predicates, rule.namespace(), port.number())) {
                        continue;
                    }
                    TcpProxy proxy = proxies.compile(entry.getRoute(), rule, "tls[" + i + "]", port.number());
                    List<CidrRange> blocks = match.getDestinationSubnets().isEmpty()
                            ? addresses
                            : TcpProxies.ranges(match.getDestinationSubnets());
                    add(port, blocks, lower(match.getSniHosts()), proxy);
                    isRouted = true;
                }
            }
        }
        if (!isRouted) {
            TcpProxy proxy = proxies.toService(service.host(), port.number(), "");
            List<CidrRange> single =
                    addresses.stream().filter(CidrRange::isAddress).toList();
            List<CidrRange> shared =
                    addresses.stream().filter(block -> !block.isAddress()).toList();
            if (!single.isEmpty()) {
                add(port, single, List.of(), proxy);
            }
            if (!shared.isEmpty() || addresses.isEmpty()) {
                add(port, shared, serverNames(service), proxy);
            }
        }
    }

    /** Where no address of its own tells it apart, as blocks may be others' too: its name, and all names of its aliases. */
    private List<String> serverNames(Service service) {
        List<String> names = new ArrayList<>(List.of(service.host()));
        Domains domains = new Domains(view.identity().namespace());
        service.aliases().forEach(alias -> domains.names(alias, names));
        return lower(names);
    }

    private void tcp(
            Service service,
            Service.Port port,
            List<CidrRange> addresses,
            List<VirtualServiceView> rules,
            TcpProxies proxies) {
        for (VirtualServiceView rule : rules) {
            for (int i = 0; i < rule.spec().getTcp().size(); i++) {
                TCPRoute entry = rule.spec().getTcp().get(i);
                List<String> subnets = subnets(entry, rule, port, proxies);
                if (subnets == null || entry.getRoute().isEmpty()) {
                    continue;
                }
                List<CidrRange> blocks = subnets.isEmpty() ? addresses : TcpProxies.ranges(subnets);
                add(port, blocks, List.of(), proxies.compile(entry.getRoute(), rule, "tcp[" + i + "]", port.number()));
                if (subnets.isEmpty()) {
                    return;
                }
            }
        }
        add(port, addresses, List.of(), proxies.toService(service.host(), port.number(), ""));
    }

    /** The subnets that an entry is for, none for the service's own addresses, so that no later one is; null for nowhere. */
    private static @Nullable List<String> subnets(
            TCPRoute entry, VirtualServiceView rule, Service.Port port, TcpProxies proxies) {
        if (entry.getMatch().isEmpty()) {
            return List.of();
        }
        List<String> subnets = new ArrayList<>();
        for (L4MatchAttributes match : entry.getMatch()) {
            Predicates predicates = new Predicates(
                    match.getPort(), match.getGateways(), match.getSourceLabels(), match.getSourceNamespace());
            if (!proxies.holdOnSidecar(predicates, rule.namespace(), port.number())) {
                continue;
            }
            if (match.getDestinationSubnets().isEmpty()) {
                return List.of();
            }
            subnets.addAll(match.getDestinationSubnets());
        }
        return subnets.isEmpty() ? null : subnets;
    }

    private static List<String> lower(List<String> names) {
        return names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    }

    /** One chain for the blocks and names that are still free: Envoy refuses two of the same match as a whole. */
    private void add(Service.Port port, List<CidrRange> blocks, List<String> names, @Nullable TcpProxy proxy) {
        if (proxy == null) {
            return;
        }
        List<FilterChainMatch> free = new ArrayList<>();
        for (List<CidrRange> block : each(blocks)) {
            List<String> open = new ArrayList<>();
            for (List<String> name : each(names)) {
                if (taken.add(new FilterChainMatch(port.number(), block, name, !name.isEmpty()))) {
                    open.addAll(name);
                    if (name.isEmpty()) {
                        free.add(new FilterChainMatch(port.number(), block, List.of(), false));
                    }
                }
            }
            if (!open.isEmpty()) {
                free.add(new FilterChainMatch(port.number(), block, open, true));
            }
        }
        for (FilterChainMatch match : free) {
            Application application = port.protocol() == Protocol.SNIFFED ? Application.SNIFFED : Application.OPAQUE;
            chains.add(new FilterChain(name(match), match, null, proxy, application));
        }
    }

    private static String name(FilterChainMatch match) {
        String address = match.destinations().isEmpty()
                ? "0.0.0.0"
                : match.destinations().get(0).toString();
        String names = match.serverNames().isEmpty() ? "" : "_" + String.join(",", match.serverNames());
        return address + "_" + match.destinationPort() + names;
    }

    private static <T> List<List<T>> each(List<T> items) {
        return items.isEmpty()
                ? List.of(List.of())
                : new LinkedHashSet<>(items).stream().map(List::of).toList();
    }

    /** As a choice never goes back to a wider match, each port and block needs its own way out. */
    private void fallBack() {
        String cluster = view.scope().allowsUnknownHosts() ? view.scope().unknownCluster() : BLACK_HOLE;
        TcpProxy proxy = TcpProxies.toCluster(cluster, "");
        Set<FilterChainMatch> open = new LinkedHashSet<>();
        for (FilterChain chain : chains) {
            int port = chain.match().destinationPort();
            open.add(new FilterChainMatch(port, chain.match().destinations(), List.of(), false));
            open.add(new FilterChainMatch(port, List.of(), List.of(), false));
        }
        open.add(FilterChainMatch.ANY);
        for (FilterChainMatch match : open) {
            if (taken.add(match)) {
                chains.add(new FilterChain("virtualOutbound-catchall-tcp", match, null, proxy, Application.UNKNOWN));
            }
        }
    }
}
