package weft.routing.compile;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import weft.routing.registry.Instance;
import weft.routing.registry.Service;
import weft.routing.registry.ServiceDocuments;
import weft.routing.snapshot.ProxyIdentity;
import weft.rules.Rule;
import weft.schema.Gateway;

/**
 * The ports a gateway proxy binds for the servers of a Gateway: behind a service, its target ports. Immutable.
 *
 * <p>An instance is this proxy when it carries no label that the proxy lacks. One without labels may be any gateway: that
 * is enough for a Gateway that names its service, but no reason to translate ports of others. Services of other
 * namespaces do not count: nobody may say what a workload is but those who share its namespace.
 */
final class GatewayPorts {
    /** Hosts of the services that a Gateway is for, in place of its selector. */
    static final String SERVICE_ANNOTATION = "internal.istio.io/gateway-service";

    static final String NO_TRANSLATION_LABEL = "experimental.istio.io/disable-gateway-port-translation";

    private static final int NOT_SERVED = 0;

    private record Target(Service service, Instance instance, boolean isTranslated) {}

    private final ProxyIdentity identity;
    private final List<Target> targets = new ArrayList<>();

    GatewayPorts(ProxyIdentity identity, ServiceDocuments documents) {
        this.identity = identity;
        for (Rule rule : documents.rules()) {
            if (!rule.key().namespace().equals(identity.namespace())) {
                continue;
            }
            boolean isTranslated = !rule.metadata().getLabels().containsKey(NO_TRANSLATION_LABEL);
            for (Service service : documents.of(rule)) {
                for (Instance instance : service.instances()) {
                    if (has(instance.labels())) {
                        targets.add(new Target(service, instance, isTranslated));
                    }
                }
                Map<String, String> selector = ServiceDocuments.selector(rule);
                if (service.isKubernetes() && selector != null && has(selector)) {
                    targets.add(new Target(service, self(selector), isTranslated));
                }
            }
        }
    }

    /** This proxy as a Kubernetes Service selects it, registered or not; it serves target ports that have a number. */
    private static Instance self(Map<String, String> labels) {
        return new Instance("", Map.of(), labels, "", "", 1, "", "");
    }

    private boolean has(Map<String, String> labels) {
        return identity.labels().entrySet().containsAll(labels.entrySet());
    }

    /** Where to bind a port of a Gateway's server; empty when the Gateway is not for this proxy. */
    Set<Integer> of(Rule gateway, int port) {
        String services = gateway.metadata().getAnnotations().get(SERVICE_ANNOTATION);
        if (services != null) {
            return ofServices(Set.of(services.split(",", -1)), port);
        }
        boolean isSelected = has(((Gateway) gateway.resource()).getSpec().getSelector());
        return isSelected ? ofTargets(port) : Set.of();
    }

    /** A port that none of the named services has is not bound at all. */
    private Set<Integer> ofServices(Set<String> hosts, int port) {
        Set<Integer> ports = new LinkedHashSet<>();
        for (Target target : targets) {
            Service.Port found = target.service().port(port);
            if (found != null && hosts.contains(target.service().host())) {
                ports.add(target.instance().portFor(found));
            }
        }
        ports.remove((Integer) NOT_SERVED);
        return ports;
    }

    /** Where the oldest service with this port leads, and no other: servers meant for different ports stay apart. */
    private Set<Integer> ofTargets(int port) {
        for (Target target : targets) {
            Service.Port found = target.service().port(port);
            boolean isThis = !target.instance().labels().isEmpty();
            if (found != null
                    && isThis
                    && target.isTranslated()
                    && target.instance().portFor(found) != NOT_SERVED) {
                return Set.of(target.instance().portFor(found));
            }
        }
        return Set.of(port);
    }
}
