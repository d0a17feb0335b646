package weft.routing.compile;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import weft.routing.registry.Instance;
import weft.routing.registry.Service;
import weft.routing.registry.ServiceEntryReader;
import weft.routing.snapshot.ProxyIdentity;
import weft.rules.Rule;
import weft.schema.Gateway;

/**
 * The ports a gateway proxy binds for the servers of a Gateway: behind a service, its target ports. Immutable.
 *
 * <p>An instance is this proxy when it carries no label that the proxy lacks. One without labels may be any gateway: that
 * is enough for a Gateway that names its service, but no reason to translate ports of others.
 */
final class GatewayPorts {
    /** Hosts of the services that a Gateway is for, in place of its selector. */
    static final String SERVICE_ANNOTATION = "internal.istio.io/gateway-service";

    static final String NO_TRANSLATION_LABEL = "experimental.istio.io/disable-gateway-port-translation";

    private record Target(Service service, Instance instance, boolean isTranslated) {}

    private final ProxyIdentity identity;
    private final List<Target> targets = new ArrayList<>();

    GatewayPorts(ProxyIdentity identity, List<Rule> serviceEntries, List<Rule> workloadEntries) {
        this.identity = identity;
        WorkloadIndex workloads = new WorkloadIndex(workloadEntries);
        for (Rule rule : serviceEntries) {
            boolean isTranslated = !rule.metadata().getLabels().containsKey(NO_TRANSLATION_LABEL);
            for (Service service : ServiceEntryReader.read(rule, workloads.candidates(rule))) {
                for (Instance instance : service.instances()) {
                    if (identity.labels()
                            .entrySet()
                            .containsAll(instance.labels().entrySet())) {
                        targets.add(new Target(service, instance, isTranslated));
                    }
                }
            }
        }
    }

    /** Where to bind a port of a Gateway's server; empty when the Gateway is not for this proxy. */
    Set<Integer> of(Rule gateway, int port) {
        String services = gateway.metadata().getAnnotations().get(SERVICE_ANNOTATION);
        if (services != null) {
            return ofServices(Set.of(services.split(",", -1)), port);
        }
        boolean isSelected = identity.labels()
                .entrySet()
                .containsAll(
                        ((Gateway) gateway.resource()).getSpec().getSelector().entrySet());
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
        return ports;
    }

    private Set<Integer> ofTargets(int port) {
        Set<Integer> ports = new LinkedHashSet<>();
        for (Target target : targets) {
            Service.Port found = target.service().port(port);
            boolean isThis = !target.instance().labels().isEmpty();
            if (found != null && isThis && target.isTranslated()) {
                ports.add(target.instance().portFor(found));
            }
        }
        return ports.isEmpty() ? Set.of(port) : ports;
    }
}
