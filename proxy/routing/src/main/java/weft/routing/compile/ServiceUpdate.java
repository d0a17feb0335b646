package weft.routing.compile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.routing.registry.Instance;
import weft.routing.registry.RegisteredWorkload;
import weft.routing.registry.Service;
import weft.routing.registry.ServiceDocuments;
import weft.routing.registry.ServiceRegistry;
import weft.routing.snapshot.ProxyIdentity;
import weft.rules.Rule;
import weft.schema.WorkloadEntry;

/**
 * The services whose instances changed. Confined to one compilation.
 *
 * <p>Only that: a service that comes or goes, or has other ports, moves routes of others, which is left to the full
 * compilation.
 */
final class ServiceUpdate {
    private final ProxyIdentity identity;
    private final Compilation base;
    private final KnownRules now;
    private final Set<String> ownAddresses = new HashSet<>();

    ServiceUpdate(ProxyIdentity identity, Compilation base, KnownRules now) {
        this.identity = identity;
        this.base = base;
        this.now = now;
        identity.inbound().forEach(port -> ownAddresses.add(port.bindAddress()));
    }

    /** The registry with these changes, or null when they reach further than instances. */
    @Nullable
    ServiceRegistry apply(List<Admission.Change> changes, Set<String> changedHosts) {
        Set<String> hosts = new LinkedHashSet<>();
        for (Admission.Change change : changes) {
            boolean isLocal = switch (change.key().kind()) {
                case "Service", "ServiceEntry" -> document(change.before(), change.after(), hosts);
                case "WorkloadEntry", RegisteredWorkload.KIND -> workload(change, hosts);
                case "Endpoints", "EndpointSlice" -> endpoints(change, hosts);
                default -> true;
            };
            if (!isLocal) {
                return null;
            }
        }
        boolean reachesFurther = base.traits().isScoped() || base.services().hasAliases();
        if (hosts.isEmpty() || reachesFurther) {
            return hosts.isEmpty() ? base.services() : null;
        }
        boolean mayBeAnInstance = identity.mode() == ProxyIdentity.Mode.GATEWAY || !ownAddresses.isEmpty();
        List<Service> services = new ArrayList<>();
        for (String host : hosts) {
            ServiceDocuments documentsNow = now.documents(host);
            Service before = base.services().service(host);
            Service after = service(documentsNow, host);
            if (!isAlike(before, after) || (mayBeAnInstance && !concernsOthers(host, documentsNow))) {
                return null;
            }
            if (after != null) {
                services.add(after);
                changedHosts.add(host);
            }
        }
        return base.services().with(services);
    }

    /** Whether both are there and differ in what instances they have alone, as far as one document can tell. */
    private static boolean document(@Nullable Rule before, @Nullable Rule after, Set<String> hosts) {
        if (before == null || after == null) {
            return false;
        }
        hosts.addAll(KnownRules.hosts(before));
        return before.metadata().getCreationTimestamp() == after.metadata().getCreationTimestamp()
                && before.metadata().getLabels().equals(after.metadata().getLabels())
                && Objects.equals(ServiceDocuments.selector(before), ServiceDocuments.selector(after))
                && KnownRules.hosts(before).equals(KnownRules.hosts(after));
    }

    private boolean workload(Admission.Change change, Set<String> hosts) {
        String namespace = change.key().namespace();
        if (!now.endpoints().naming(namespace).isEmpty()) {
            return false; // which may list the address of the workload
        }
        for (Rule document : now.selecting().naming(namespace)) {
            Map<String, String> wanted = ServiceDocuments.selector(document);
            if (wanted != null && (isSelected(change.before(), wanted) || isSelected(change.after(), wanted))) {
                hosts.addAll(KnownRules.hosts(document));
            }
        }
        return true;
    }

    private static boolean isSelected(@Nullable Rule workload, Map<String, String> wanted) {
        if (workload == null) {
            return false;
        }
        Map<String, String> labels =
                new HashMap<>(((WorkloadEntry) workload.resource()).getSpec().getLabels());
        labels.putAll(workload.metadata().getLabels());
        return labels.entrySet().containsAll(wanted.entrySet());
    }

    private boolean endpoints(Admission.Change change, Set<String> hosts) {
        addService(change.before(), hosts);
        addService(change.after(), hosts);
        return true;
    }

    private static void addService(@Nullable Rule endpoints, Set<String> hosts) {
        if (endpoints != null) {
            String service = KnownRules.serviceOf(endpoints).get(0);
            String name = service.substring(service.indexOf('/') + 1);
            hosts.add(KnownRules.host(name, endpoints.key().namespace()));
        }
    }

    private boolean concernsOthers(String host, ServiceDocuments documentsNow) {
        return concernsOthers(documentsNow) && concernsOthers(base.known().documents(host));
    }

    /** Whether no instance may be this proxy itself: its ports and names would follow from it. */
    private boolean concernsOthers(ServiceDocuments documents) {
        for (Service service : documents.all()) {
            for (Instance instance : service.instances()) {
                boolean isLabelled =
                        !instance.labels().isEmpty() || base.traits().hasGatewaysOfServices();
                boolean mayBeThis = identity.mode() == ProxyIdentity.Mode.GATEWAY
                        && isLabelled
                        && identity.labels()
                                .entrySet()
                                .containsAll(instance.labels().entrySet());
                if (mayBeThis || ownAddresses.contains(instance.address())) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * Whether they are the same but for their instances, or the proxy sees neither. Connections to a headless service are
     * told by the addresses of its instances, so that these reach further.
     */
    private static boolean isAlike(@Nullable Service before, @Nullable Service after) {
        if (before == null || after == null) {
            return before == null && after == null;
        }
        if (before.isHeadless() || after.isHeadless()) {
            return before.equals(after);
        }
        return withoutInstances(before).equals(withoutInstances(after));
    }

    private static Service withoutInstances(Service service) {
        return new Service(
                service.host(),
                service.namespace(),
                service.ports(),
                service.addresses(),
                service.discovery(),
                List.of(),
                service.exportTo(),
                service.source(),
                service.externalName(),
                service.aliases(),
                service.isMeshExternal());
    }

    /** The service of this host as the proxy sees it, or null. */
    private @Nullable Service service(ServiceDocuments documents, String host) {
        List<Service> visible = new ArrayList<>();
        for (Service service : documents.all()) {
            boolean isAsked = service.host().equals(host);
            if (isAsked && ExportTo.isVisible(service.exportTo(), service.namespace(), identity.namespace())) {
                visible.add(service);
            }
        }
        return ServiceRegistry.of(visible, identity.namespace()).service(host);
    }
}
