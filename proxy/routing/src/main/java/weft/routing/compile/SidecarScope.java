package weft.routing.compile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.routing.registry.Service;
import weft.routing.registry.ServiceRegistry;
import weft.routing.snapshot.ProxyIdentity;
import weft.rules.Rule;
import weft.schema.Destination;
import weft.schema.IstioEgressListener;
import weft.schema.OutboundTrafficPolicy;
import weft.schema.OutboundTrafficPolicyMode;
import weft.schema.Sidecar;
import weft.schema.SidecarSpec;

/**
 * What a Sidecar resource leaves of the mesh for one proxy. Immutable.
 *
 * @param byPort listeners for one port; all other ports take the default
 * @param fallback listener without port, or null when there is none: then other ports know nothing
 * @param reachable services that need clusters: imported ones, and destinations of imported VirtualServices
 * @param unknownCluster where requests for hosts outside the table go; empty when they are refused
 */
record SidecarScope(
        Map<Integer, Egress> byPort, @Nullable Egress fallback, ServiceRegistry reachable, String unknownCluster) {

    private static final String NOWHERE = "";

    /** Everything visible: for gateways, and sidecars without a Sidecar resource. */
    static SidecarScope everything(ServiceRegistry services, List<VirtualServiceView> virtualServices) {
        return new SidecarScope(Map.of(), new Egress(services, virtualServices), services, Clusters.PASSTHROUGH);
    }

    /** The Sidecar with a matching selector, else the oldest without one in the namespace, else in the root one. */
    static @Nullable SidecarSpec select(List<Rule> sidecars, ProxyIdentity identity) {
        SidecarSpec ofNamespace = null;
        SidecarSpec ofRoot = null;
        for (Rule rule : sidecars) {
            SidecarSpec spec = ((Sidecar) rule.resource()).getSpec();
            boolean selects = spec.getWorkloadSelector() != null
                    && !spec.getWorkloadSelector().getLabels().isEmpty();
            boolean own = rule.key().namespace().equals(identity.namespace());
            if (selects) {
                Map<String, String> wanted = spec.getWorkloadSelector().getLabels();
                if (own && identity.labels().entrySet().containsAll(wanted.entrySet())) {
                    return spec;
                }
            } else if (own && ofNamespace == null) {
                ofNamespace = spec;
            } else if (rule.key().namespace().equals(DestinationRules.ROOT_NAMESPACE) && ofRoot == null) {
                ofRoot = spec;
            }
        }
        return ofNamespace == null ? ofRoot : ofNamespace;
    }

    /**
     * What a Sidecar leaves.
     *
     * @param visible every service, of one host perhaps several: a Sidecar may import any of them
     * @param services of each host the one that counts where nothing says otherwise
     */
    static SidecarScope of(
            SidecarSpec spec,
            List<Service> visible,
            ServiceRegistry services,
            List<VirtualServiceView> virtualServices,
            String namespace) {
        String unknownCluster = unknownCluster(spec, services, namespace);
        if (spec.getEgress().isEmpty()) {
            return new SidecarScope(Map.of(), new Egress(services, virtualServices), services, unknownCluster);
        }
        List<Service> candidates = candidates(visible, services);
        Map<Integer, Egress> byPort = new HashMap<>();
        Egress fallback = null;
        Map<String, Service> reachable = new LinkedHashMap<>();
        for (IstioEgressListener listener : spec.getEgress()) {
            Egress egress = egress(listener, candidates, virtualServices, namespace);
            if (listener.getPort() == null || listener.getPort().getNumber() == 0) {
                fallback = fallback == null ? egress : fallback;
            } else {
                byPort.putIfAbsent((int) listener.getPort().getNumber(), egress);
            }
            egress.services().services().forEach(service -> add(service, reachable));
            egress.virtualServices().forEach(service -> destinations(service, services, reachable));
        }
        OutboundTrafficPolicy policy = spec.getOutboundTrafficPolicy();
        if (policy != null && policy.getEgressProxy() != null) {
            add(policy.getEgressProxy(), namespace, services, reachable);
        }
        return new SidecarScope(byPort, fallback, ServiceRegistry.of(reachable.values(), namespace), unknownCluster);
    }

    /** Where connections to unknown places go: where they were addressed, to the egress proxy, or nowhere. */
    private static String unknownCluster(SidecarSpec spec, ServiceRegistry services, String namespace) {
        OutboundTrafficPolicy policy = spec.getOutboundTrafficPolicy();
        if (policy == null) {
            return Clusters.PASSTHROUGH;
        }
        if (policy.getMode() != OutboundTrafficPolicyMode.ALLOW_ANY) {
            return NOWHERE;
        }
        Destination proxy = policy.getEgressProxy();
        return proxy == null ? Clusters.PASSTHROUGH : new Destinations(services, false).cluster(proxy, namespace, 0);
    }

    /** One service of each host and namespace, with all its names; those that merely are names of others are left out. */
    private static List<Service> candidates(List<Service> visible, ServiceRegistry services) {
        List<Service> candidates = new ArrayList<>();
        for (Service service : visible) {
            Service known = services.service(service.host());
            boolean isAlias = !services.concrete(service.host()).equals(service.host());
            boolean isPart = known != null && known.namespace().equals(service.namespace());
            if (!isAlias && !isPart) {
                candidates.add(service);
            } else if (known != null && known.source().equals(service.source())) {
                candidates.add(known);
            }
        }
        return candidates;
    }

    private static Egress egress(
            IstioEgressListener listener,
            List<Service> candidates,
            List<VirtualServiceView> virtualServices,
            String namespace) {
        EgressHosts hosts = new EgressHosts(listener.getHosts(), namespace);
        List<Service> imported = new ArrayList<>();
        for (Service service : candidates) {
            if (hosts.importsService(service.host(), service.namespace())) {
                imported.add(service);
            }
        }
        return new Egress(
                ServiceRegistry.of(imported, namespace),
                virtualServices.stream().filter(hosts::importsVirtualService).toList());
    }

    private static void destinations(VirtualServiceView virtual, ServiceRegistry services, Map<String, Service> to) {
        List<@Nullable Destination> named = new ArrayList<>();
        for (HttpEntry entry : virtual.http()) {
            entry.route().getRoute().forEach(target -> named.add(target.getDestination()));
            named.add(entry.route().getMirror());
            entry.route().getMirrors().forEach(mirror -> named.add(mirror.getDestination()));
        }
        virtual.spec()
                .getTcp()
                .forEach(entry -> entry.getRoute().forEach(target -> named.add(target.getDestination())));
        virtual.spec()
                .getTls()
                .forEach(entry -> entry.getRoute().forEach(target -> named.add(target.getDestination())));
        for (Destination destination : named) {
            if (destination != null) {
                add(destination, virtual.namespace(), services, to);
            }
        }
    }

    /** Whether some Sidecar resource leaves less than everything. */
    @SuppressWarnings("ReferenceEquality") // everything is one registry
    boolean isScoped() {
        return fallback == null || !byPort.isEmpty() || fallback.services() != reachable;
    }

    private static void add(
            Destination destination, String namespace, ServiceRegistry services, Map<String, Service> to) {
        Service service = services.service(services.concrete(Destinations.host(destination, namespace)));
        if (service != null) {
            add(service, to);
        }
    }

    /** The first of a host stays, unless a Kubernetes Service claims its name. */
    private static void add(Service service, Map<String, Service> to) {
        to.merge(
                service.host(),
                service,
                (known, other) -> other.isKubernetes() && !known.isKubernetes() ? other : known);
    }

    /** Whether requests for hosts outside the table are passed on. */
    boolean allowsUnknownHosts() {
        return !unknownCluster.equals(NOWHERE);
    }

    /** What requests to this port may know, or null for nothing. */
    @Nullable
    Egress egress(int port) {
        Egress own = byPort.get(port);
        return own == null ? fallback : own;
    }
}
