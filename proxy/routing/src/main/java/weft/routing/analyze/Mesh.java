package weft.routing.analyze;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.routing.host.HostNames;
import weft.routing.registry.Service;
import weft.routing.registry.ServiceDocuments;
import weft.rules.Rule;
import weft.rules.RuleKey;
import weft.schema.DestinationRule;
import weft.schema.DestinationRuleSpec;
import weft.schema.Gateway;
import weft.schema.GatewaySpec;
import weft.schema.VirtualService;
import weft.schema.VirtualServiceSpec;

/** All rules, indexed as analyzers ask for them. Immutable once built. */
final class Mesh {
    static final String SIDECARS = "mesh";

    private final Map<String, List<Rule>> byKind = new HashMap<>();
    private final Map<RuleKey, Rule> byKey = new HashMap<>();
    private final HostMap<Service> services = new HostMap<>();
    private final Map<RuleKey, List<Service>> bySource = new HashMap<>();
    private final HostMap<Rule> destinationRules = new HostMap<>();
    private final Map<RuleKey, GatewayHosts> gatewayHosts = new HashMap<>();

    /** Takes each key once. */
    Mesh(Collection<Rule> rules) {
        for (Rule rule : rules) {
            byKind.computeIfAbsent(rule.key().kind(), kind -> new ArrayList<>()).add(rule);
            byKey.put(rule.key(), rule);
        }
        byKind.values().forEach(list -> list.sort(Rule.OLDEST_FIRST));
        // Endpoints by selector are not needed here, and finding them for every entry would be quadratic.
        ServiceDocuments documents =
                new ServiceDocuments(kind -> kind.equals("WorkloadEntry") ? List.of() : ofKind(kind));
        for (Service service : documents.all()) {
            services.put(service.host(), service);
            bySource.computeIfAbsent(service.source(), source -> new ArrayList<>())
                    .add(service);
        }
        ofKind("Gateway").forEach(rule -> gatewayHosts.put(rule.key(), new GatewayHosts(rule)));
        for (Rule rule : ofKind("DestinationRule")) {
            destinationRules.put(
                    HostNames.resolve(
                            destinationRule(rule).getHost(), rule.key().namespace()),
                    rule);
        }
    }

    static VirtualServiceSpec virtualService(Rule rule) {
        return ((VirtualService) rule.resource()).getSpec();
    }

    static DestinationRuleSpec destinationRule(Rule rule) {
        return ((DestinationRule) rule.resource()).getSpec();
    }

    static GatewaySpec gateway(Rule rule) {
        return ((Gateway) rule.resource()).getSpec();
    }

    /** Oldest first. */
    List<Rule> ofKind(String kind) {
        return byKind.getOrDefault(kind, List.of());
    }

    @Nullable
    Rule rule(String kind, String namespace, String name) {
        return name.isEmpty() || namespace.isEmpty() || name.indexOf('/') >= 0
                ? null
                : byKey.get(new RuleKey(kind, namespace, name));
    }

    /** The Gateway that a rule of this namespace names: {@code name} or {@code namespace/name}. */
    @Nullable
    Rule gateway(String named, String namespace) {
        int slash = named.indexOf('/');
        return slash < 0
                ? rule("Gateway", namespace, named)
                : rule("Gateway", named.substring(0, slash), named.substring(slash + 1));
    }

    /** What a Gateway of this mesh serves. */
    GatewayHosts hostsOf(Rule gateway) {
        return Objects.requireNonNull(gatewayHosts.get(gateway.key()));
    }

    HostMap<Service> services() {
        return services;
    }

    /** The services that one document describes. */
    List<Service> servicesOf(Rule document) {
        return bySource.getOrDefault(document.key(), List.of());
    }

    HostMap<Rule> destinationRules() {
        return destinationRules;
    }

    /** Services that some of these namespaces see under the host. */
    List<Service> services(String host, Set<String> viewers) {
        return services.covering(host).stream()
                .filter(s -> isVisible(s.exportTo(), s.namespace(), viewers))
                .toList();
    }

    /** Whether the host is in the registry and seen, or known to exist. */
    boolean isKnown(String host, Set<String> viewers) {
        if (!services(host, viewers).isEmpty()) {
            return true;
        }
        return HostNames.isWildcard(host) && isAnyKnown(host);
    }

    /** Whether something is known that the host, perhaps a wildcard, means. */
    boolean isAnyKnown(String host) {
        return services.overlaps(host);
    }

    /** Whether the host merely stands for another, so that its ports and instances are not written down with it. */
    boolean isUndescribed(String host) {
        return services.exactly(host).stream()
                .anyMatch(service -> !service.externalName().isEmpty());
    }

    Set<String> knownHosts() {
        return services.hosts();
    }

    /** Namespaces whose proxies are sure to use a VirtualService: its own, and those of its gateways. */
    static Set<String> viewers(Rule virtualService) {
        Set<String> viewers = new LinkedHashSet<>();
        viewers.add(virtualService.key().namespace());
        for (String gateway : virtualService(virtualService).getGateways()) {
            int slash = gateway.indexOf('/');
            if (slash > 0) {
                viewers.add(gateway.substring(0, slash));
            }
        }
        return viewers;
    }

    static boolean isVisible(List<String> exportTo, String owner, Set<String> viewers) {
        return exportTo.isEmpty()
                || exportTo.contains("*")
                || viewers.stream().anyMatch(exportTo::contains)
                || (exportTo.contains(".") && viewers.contains(owner));
    }

    static boolean isForSidecars(VirtualServiceSpec spec) {
        return !spec.getHosts().isEmpty()
                && (spec.getGateways().isEmpty() || spec.getGateways().contains(SIDECARS));
    }
}
