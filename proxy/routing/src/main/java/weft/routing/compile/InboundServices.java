package weft.routing.compile;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.routing.registry.Instance;
import weft.routing.registry.Protocol;
import weft.routing.registry.Service;
import weft.routing.registry.ServiceDocuments;
import weft.routing.snapshot.ProxyIdentity;
import weft.routing.snapshot.ProxyIdentity.InboundPort;
import weft.rules.Rule;

/**
 * The services of a sidecar's own workload: what its inbound ports stand for. Immutable.
 *
 * <p>Neither exportTo nor a Sidecar hides them, as those say what a workload may call, not what it is.
 */
final class InboundServices {
    private final List<Service> selecting = new ArrayList<>();
    private final List<Service> listing = new ArrayList<>();

    /** Services of the proxy's namespace that select its labels, and those that list addresses, oldest first. */
    InboundServices(ServiceDocuments documents, ProxyIdentity identity) {
        if (identity.inbound().isEmpty()) {
            return;
        }
        for (Rule rule : documents.rules()) {
            if (!rule.key().namespace().equals(identity.namespace())) {
                continue;
            }
            Map<String, String> selector = ServiceDocuments.selector(rule);
            if (selector == null) {
                listing.addAll(documents.of(rule));
            } else if (isSelected(identity.labels(), selector)) {
                selecting.addAll(documents.of(rule));
            }
        }
    }

    private static boolean isSelected(Map<String, String> labels, Map<String, String> wanted) {
        return labels.entrySet().containsAll(wanted.entrySet());
    }

    /**
     * The service a port stands for, or null: the oldest that selects this workload and has the service port, else the
     * oldest whose target port it is, else the oldest that lists the very address the port is bound to.
     */
    @Nullable
    Service of(InboundPort inbound) {
        for (Service service : selecting) {
            if (service.port(inbound.servicePort()) != null) {
                return service;
            }
        }
        for (Service service : selecting) {
            for (Service.Port port : service.ports()) {
                if (port.targetPort() == inbound.servicePort()) {
                    return service;
                }
            }
        }
        for (Service service : listing) {
            if (listed(service, inbound) != null) {
                return service;
            }
        }
        return null;
    }

    /** Host of the service a port stands for; empty for none. */
    String host(InboundPort inbound) {
        Service service = of(inbound);
        return service == null ? "" : service.host();
    }

    /** What the service a port stands for says it carries; {@link Protocol#SNIFFED} when it does not. */
    Protocol protocol(InboundPort inbound) {
        Service service = of(inbound);
        if (service == null) {
            return Protocol.SNIFFED;
        }
        Service.Port port = service.port(inbound.servicePort());
        if (port == null) {
            port = service.ports().stream()
                    .filter(one -> one.targetPort() == inbound.servicePort())
                    .findFirst()
                    .orElseGet(() -> listed(service, inbound));
        }
        return port == null ? Protocol.SNIFFED : port.protocol();
    }

    /** The port of an instance at the very address the inbound port is bound to, or null. */
    private static Service.@Nullable Port listed(Service service, InboundPort inbound) {
        for (Instance instance : service.instances()) {
            if (!instance.address().equals(inbound.bindAddress())) {
                continue;
            }
            for (Service.Port port : service.ports()) {
                if (instance.portFor(port) == inbound.bindPort()) {
                    return port;
                }
            }
        }
        return null;
    }
}
