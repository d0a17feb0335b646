package weft.routing.registry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import weft.routing.cluster.Cluster.Discovery;
import weft.routing.host.HostNames;
import weft.rules.Rule;
import weft.schema.KubernetesServicePort;
import weft.schema.KubernetesServiceSpec;
import weft.schema.Service;

/**
 * Services from Kubernetes' Service documents, with the WorkloadEntry documents they select and the addresses that
 * Endpoints or EndpointSlices list for them. Thread-safe: functions only.
 */
final class KubernetesServiceReader {
    private static final String EXPORT_TO = "networking.istio.io/exportTo";
    private static final String HEADLESS = "None";

    private KubernetesServiceReader() {}

    /** Full host of the Service of this name and namespace. */
    static String host(String name, String namespace) {
        return name + "." + namespace + ".svc." + HostNames.DEFAULT_DOMAIN;
    }

    /**
     * One service.
     *
     * @param workloads that its selector picks from
     * @param endpoints that belong to it
     */
    static weft.routing.registry.Service read(Rule rule, WorkloadIndex workloads, KubernetesEndpoints endpoints) {
        KubernetesServiceSpec spec = spec(rule);
        boolean isExternal =
                spec.getType().equals("ExternalName") && !spec.getExternalName().isEmpty();
        return new weft.routing.registry.Service(
                host(rule.key().name(), rule.key().namespace()),
                rule.key().namespace(),
                ports(spec),
                addresses(spec),
                discovery(spec, isExternal),
                isExternal ? List.of(external(spec)) : instances(rule, workloads, endpoints),
                exportTo(rule),
                rule.key(),
                isExternal ? spec.getExternalName() : "",
                List.of(),
                isExternal);
    }

    static KubernetesServiceSpec spec(Rule rule) {
        return ((Service) rule.resource()).getSpec();
    }

    private static List<weft.routing.registry.Service.Port> ports(KubernetesServiceSpec spec) {
        List<weft.routing.registry.Service.Port> ports = new ArrayList<>();
        for (KubernetesServicePort port : spec.getPorts()) {
            int number = (int) port.getPort();
            String target = port.getTargetPort();
            ports.add(new weft.routing.registry.Service.Port(
                    number,
                    port.getName(),
                    Protocol.ofKubernetes(port.getProtocol(), port.getAppProtocol(), port.getName(), number),
                    target.isEmpty() ? number : isNumber(target) ? Integer.parseInt(target) : 0));
        }
        return ports;
    }

    private static boolean isNumber(String target) {
        return target.length() <= 5 && target.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static List<String> addresses(KubernetesServiceSpec spec) {
        if (spec.getClusterIP().isEmpty() || spec.getClusterIP().equals(HEADLESS)) {
            return List.of();
        }
        return spec.getClusterIPs().size() > 1 ? spec.getClusterIPs() : List.of(spec.getClusterIP());
    }

    private static Discovery discovery(KubernetesServiceSpec spec, boolean isExternal) {
        if (isExternal) {
            return Discovery.STRICT_DNS;
        }
        return spec.getClusterIP().equals(HEADLESS) ? Discovery.ORIGINAL_DST : Discovery.STATIC;
    }

    private static List<String> exportTo(Rule rule) {
        String annotation = rule.metadata().getAnnotations().getOrDefault(EXPORT_TO, "");
        List<String> exportTo = new ArrayList<>();
        for (String namespace : annotation.split(",", -1)) {
            if (!namespace.isBlank()) {
                exportTo.add(namespace.trim());
            }
        }
        return exportTo;
    }

    private static Instance external(KubernetesServiceSpec spec) {
        Map<String, Integer> ports = new HashMap<>();
        spec.getPorts().forEach(port -> ports.put(port.getName(), (int) port.getPort()));
        return new Instance(spec.getExternalName(), ports, Map.of(), "", "", 1, "", spec.getExternalName());
    }

    /** Each address once: a selected workload says more about itself than an endpoint does. */
    private static List<Instance> instances(Rule rule, WorkloadIndex workloads, KubernetesEndpoints endpoints) {
        KubernetesServiceSpec spec = spec(rule);
        String namespace = rule.key().namespace();
        Set<String> addresses = new HashSet<>();
        List<Instance> instances = new ArrayList<>();
        if (!spec.getSelector().isEmpty()) {
            for (Workload workload : workloads.selected(namespace, spec.getSelector())) {
                addresses.add(workload.address());
                instances.add(workload.instance(ports(spec, workload)));
            }
        }
        for (KubernetesEndpoints.Address address : endpoints.addresses(spec.getPublishNotReadyAddresses())) {
            if (!addresses.contains(address.address())) {
                instances.add(address.instance(spec, workloads.at(namespace, address.address())));
            }
        }
        return instances;
    }

    /** Where the workload serves each port; 0 where it does not: the service names a port that it lacks. */
    private static Map<String, Integer> ports(KubernetesServiceSpec spec, Workload workload) {
        Map<String, Integer> ports = new HashMap<>();
        for (KubernetesServicePort port : spec.getPorts()) {
            String target = port.getTargetPort();
            if (target.isEmpty() || isNumber(target)) {
                int number = target.isEmpty() ? (int) port.getPort() : Integer.parseInt(target);
                ports.put(port.getName(), workload.ports().getOrDefault(port.getName(), number));
            } else {
                ports.put(port.getName(), workload.ports().getOrDefault(target, 0));
            }
        }
        return ports;
    }
}
