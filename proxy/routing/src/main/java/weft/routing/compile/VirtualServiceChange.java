package weft.routing.compile;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.routing.registry.ServiceRegistry;
import weft.routing.snapshot.ProxyIdentity;
import weft.rules.Rule;
import weft.rules.RuleKey;

/**
 * The VirtualServices that are others now, by themselves or by their delegates, as they were and as they are. Confined to
 * one compilation.
 */
final class VirtualServiceChange {
    private final ProxyIdentity identity;
    private final KnownRules known;
    private final ServiceRegistry services;
    private final Delegates delegates;
    private final String unknownCluster;
    private final List<VirtualServiceView> views = new ArrayList<>();

    VirtualServiceChange(
            ProxyIdentity identity, Compilation base, Admission admission, KnownRules known, ServiceRegistry services) {
        this.identity = identity;
        this.known = known;
        this.services = services;
        this.delegates = new Delegates(admission.inService());
        this.unknownCluster = base.traits().unknownCluster();
        Map<RuleKey, Rule> rulesBefore = base.snapshot().rules();
        Delegates delegatesBefore = new Delegates(rulesBefore);
        for (RuleKey key : keys(admission, base.known())) {
            add(rulesBefore.get(key), delegatesBefore);
            add(admission.inService().get(key), delegates);
        }
    }

    /** Those that changed, and those whose delegates did: before or now. */
    private Set<RuleKey> keys(Admission admission, KnownRules before) {
        Set<RuleKey> keys = new LinkedHashSet<>();
        for (Admission.Change change : admission.changes()) {
            if (change.key().kind().equals("VirtualService")) {
                keys.add(change.key());
                String name = change.key().namespace() + "/" + change.key().name();
                before.roots().naming(name).forEach(root -> keys.add(root.key()));
                known.roots().naming(name).forEach(root -> keys.add(root.key()));
            }
        }
        return keys;
    }

    private void add(@Nullable Rule rule, Delegates from) {
        if (rule != null) {
            VirtualServiceView view = VirtualServiceView.of(rule, from);
            if (!view.hosts().isEmpty()) {
                views.add(view);
            }
        }
    }

    /** As they were, and as they are. */
    List<VirtualServiceView> views() {
        return views;
    }

    /** Whether one of them has, or had, routes for connections. */
    boolean hasLayer4() {
        return views.stream().anyMatch(VirtualServiceChange::hasLayer4);
    }

    static boolean hasLayer4(VirtualServiceView view) {
        return !view.spec().getTcp().isEmpty() || !view.spec().getTls().isEmpty();
    }

    HttpRoutes gatewayRoutes() {
        return new HttpRoutes(identity, new Destinations(services, false));
    }

    /** All that may have routes for these hosts, and nothing else. */
    ProxyView gatewayView(Collection<String> hosts) {
        Map<String, List<VirtualServiceView>> byGateway = new HashMap<>();
        for (VirtualServiceView view : containing(hosts)) {
            view.gateways()
                    .forEach(gateway -> byGateway
                            .computeIfAbsent(gateway, key -> new ArrayList<>())
                            .add(view));
        }
        return view(byGateway, new Egress(services, List.of()));
    }

    ProxyView sidecarView(Egress egress) {
        return view(Map.of(), egress);
    }

    private ProxyView view(Map<String, List<VirtualServiceView>> byGateway, Egress egress) {
        SidecarScope scope = new SidecarScope(Map.of(), egress, services, unknownCluster);
        // No route depends on a policy.
        return new ProxyView(identity, services, byGateway, new DestinationRules(List.of(), identity), scope);
    }

    /** Those of the mesh that this proxy sees and that have one of these hosts, in order of precedence. */
    Egress egress(Collection<String> hosts) {
        return new Egress(
                services, VirtualServiceView.select(containing(hosts), VirtualServiceView.MESH, identity.namespace()));
    }

    private List<VirtualServiceView> containing(Collection<String> hosts) {
        return known.virtualServices().containing(hosts).stream()
                .map(rule -> VirtualServiceView.of(rule, delegates))
                .toList();
    }
}
