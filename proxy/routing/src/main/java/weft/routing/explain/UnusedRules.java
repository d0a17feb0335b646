package weft.routing.explain;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import weft.routing.host.HostNames;
import weft.routing.http.Authority;
import weft.routing.route.Route;
import weft.routing.route.VirtualHost;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.Mode;
import weft.routing.snapshot.ProxySnapshot;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.Gateway;
import weft.schema.GatewayServer;
import weft.schema.HTTPMatchRequest;
import weft.schema.HTTPRoute;
import weft.schema.VirtualService;
import weft.schema.VirtualServiceSpec;

/**
 * Finds what was said for a host and is not in its virtual host on this proxy, and why: predicates on the proxy were
 * decided when its table was made, so that no route is left to show. Confined to one explanation.
 */
final class UnusedRules {
    private static final String MESH = "mesh";

    private final ProxySnapshot snapshot;
    private final Set<String> hosts = new TreeSet<>();
    private final Map<RuleKey, Set<String>> used = new TreeMap<>();
    private final Set<RuleKey> owners = new TreeSet<>();
    private final int port;
    private final Set<String> gateways;
    private final List<UnusedRule> found = new ArrayList<>();

    private UnusedRules(ProxySnapshot snapshot, Roots roots, Call call, int port, @Nullable VirtualHost host) {
        this.snapshot = snapshot;
        String asked = Authority.host(call.authority()).toLowerCase(Locale.ROOT);
        hosts.add(asked);
        if (snapshot.identity().mode() == Mode.SIDECAR) {
            hosts.add(HostNames.resolve(asked, snapshot.identity().namespace()));
        }
        String named = host == null ? "" : Authority.host(host.name());
        this.port = host == null ? port : Authority.port(host.name(), port);
        if (HostNames.overlap(named, asked) || named.endsWith("." + HostNames.DEFAULT_DOMAIN)) {
            hosts.add(named);
        }
        for (Route route : host == null ? List.<Route>of() : host.routes()) {
            if (route.rule() != null) {
                RuleKey key = route.rule().key();
                used.computeIfAbsent(key, each -> new HashSet<>())
                        .add(route.rule().path());
                owners.add(roots.of(key, named));
            }
        }
        this.gateways = snapshot.identity().mode() == Mode.SIDECAR ? Set.of(MESH) : gateways();
    }

    /** @param port of the listener, for hosts without a virtual host */
    static List<UnusedRule> of(ProxySnapshot snapshot, Call call, int port, @Nullable VirtualHost host) {
        Roots roots = new Roots(snapshot.rules().values());
        UnusedRules unused = new UnusedRules(snapshot, roots, call, port, host);
        new TreeMap<>(snapshot.rules()).values().forEach(unused::look);
        return unused.found;
    }

    /** Gateways of this proxy that have a server on the port. */
    private Set<String> gateways() {
        Set<String> names = new TreeSet<>();
        for (Rule rule : snapshot.rules().values()) {
            if (rule.resource() instanceof Gateway gateway
                    && snapshot.identity()
                            .labels()
                            .entrySet()
                            .containsAll(gateway.getSpec().getSelector().entrySet())) {
                for (GatewayServer server : gateway.getSpec().getServers()) {
                    if (server.getPort() != null && server.getPort().getNumber() == port) {
                        names.add(rule.key().namespace() + "/" + rule.key().name());
                    }
                }
            }
        }
        return names;
    }

    private void look(Rule rule) {
        if (!(rule.resource() instanceof VirtualService service)
                || service.getSpec().getHttp().isEmpty()) {
            return;
        }
        VirtualServiceSpec spec = service.getSpec();
        String namespace = rule.key().namespace();
        boolean isAbout = spec.getHosts().stream()
                .map(host -> HostNames.resolve(host, namespace).toLowerCase(Locale.ROOT))
                .anyMatch(host -> hosts.stream().anyMatch(wanted -> HostNames.isSubset(wanted, host)));
        if (!isAbout) {
            return;
        }
        if (owners.contains(rule.key())) {
            entries(rule, spec);
        } else {
            found.add(new UnusedRule(rule.key(), "", 0, whyNot(rule, spec)));
        }
    }

    private String whyNot(Rule rule, VirtualServiceSpec spec) {
        Set<String> bound = names(spec.getGateways(), rule.key().namespace());
        if (bound.stream().noneMatch(gateways::contains)) {
            return gateways.contains(MESH)
                    ? "gateways " + bound + ": without mesh it is not for sidecars"
                    : "gateways " + bound + ": it is not bound to " + String.join(", ", gateways);
        }
        List<String> exportTo = spec.getExportTo();
        String viewer = snapshot.identity().namespace();
        boolean isVisible = exportTo.isEmpty()
                || exportTo.contains("*")
                || exportTo.contains(viewer)
                || exportTo.contains(".") && rule.key().namespace().equals(viewer);
        if (!isVisible) {
            return "exportTo " + exportTo + ": namespace " + viewer + " does not see it";
        }
        for (HTTPRoute entry : spec.getHttp()) {
            for (HTTPMatchRequest match : entry.getMatch()) {
                String reason = failing(match, rule.key().namespace());
                if (reason != null
                        && spec.getHttp().size() == 1
                        && entry.getMatch().size() == 1) {
                    return reason;
                }
            }
        }
        if (!gateways.contains(MESH)) {
            return "the hosts of the Gateway do not open to it, or none of its entries is for this proxy";
        }
        return owners.isEmpty()
                ? "no service of this name has an HTTP port " + port
                        + " here, and a host that is no service is served on" + " port 80 alone"
                : "a sidecar takes one VirtualService for a host: "
                        + owners.iterator().next() + " has it";
    }

    private void entries(Rule rule, VirtualServiceSpec spec) {
        String catchAll = "";
        for (int i = 0; i < spec.getHttp().size(); i++) {
            HTTPRoute entry = spec.getHttp().get(i);
            String place = "http[" + i + "]";
            boolean isUsed = used.getOrDefault(rule.key(), Set.of()).contains(place) || entry.getDelegate() != null;
            boolean isTold = false;
            for (int m = 0; m < entry.getMatch().size(); m++) {
                String reason = failing(entry.getMatch().get(m), rule.key().namespace());
                if (reason != null) {
                    isTold = true;
                    String where = entry.getMatch().size() == 1 ? place : place + ".match[" + m + "]";
                    found.add(unused(rule, place, where, reason));
                }
            }
            if (!isUsed && !isTold) {
                String by = catchAll.isEmpty() ? "an entry before it" : catchAll;
                found.add(unused(rule, place, place, by + " takes every request before it"));
            }
            catchAll = isUsed ? place : catchAll;
        }
    }

    private static UnusedRule unused(Rule rule, String entry, String where, String reason) {
        return new UnusedRule(rule.key(), where, rule.metadata().getLines().getOrDefault(entry, 0), reason);
    }

    /** The predicate on the proxy that keeps a match from its table, or null. */
    private @Nullable String failing(HTTPMatchRequest match, String namespace) {
        ProxyIdentity identity = snapshot.identity();
        if (match.getPort() != 0 && match.getPort() != port) {
            return "port " + match.getPort() + ": the request came to " + port;
        }
        if (!match.getGateways().isEmpty()) {
            Set<String> names = names(match.getGateways(), namespace);
            return names.stream().anyMatch(gateways::contains)
                    ? null
                    : "gateways " + names + ": the request came through " + String.join(", ", gateways);
        }
        Map<String, String> labels = match.getSourceLabels();
        if (!identity.labels().entrySet().containsAll(labels.entrySet())) {
            return "sourceLabels " + new TreeMap<>(labels) + ": the proxy has "
                    + (identity.labels().isEmpty() ? "none" : new TreeMap<>(identity.labels()).toString());
        }
        String from = match.getSourceNamespace();
        return from.isEmpty() || from.equals(identity.namespace())
                ? null
                : "sourceNamespace " + from + ": the proxy is in " + identity.namespace();
    }

    private static Set<String> names(List<String> gateways, String namespace) {
        Set<String> names = new TreeSet<>();
        for (String name : gateways.isEmpty() ? List.of(MESH) : gateways) {
            if (name.equals(MESH) || name.indexOf('/') > 0 && !name.startsWith("./")) {
                names.add(name);
            } else {
                names.add(namespace + "/" + (name.startsWith("./") ? name.substring(2) : name));
            }
        }
        return names;
    }
}
