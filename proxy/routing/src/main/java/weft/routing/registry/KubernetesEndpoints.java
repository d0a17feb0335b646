package weft.routing.registry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.rules.Rule;
import weft.schema.EndpointSlice;
import weft.schema.Endpoints;
import weft.schema.KubernetesEndpoint;
import weft.schema.KubernetesEndpointAddress;
import weft.schema.KubernetesEndpointPort;
import weft.schema.KubernetesEndpointSliceSpec;
import weft.schema.KubernetesEndpointSubset;
import weft.schema.KubernetesObjectReference;
import weft.schema.KubernetesServicePort;
import weft.schema.KubernetesServiceSpec;

/**
 * The addresses that Endpoints and EndpointSlice documents list for one Service. Immutable.
 *
 * <p>Slices win: a cluster copies Endpoints into slices, so that both together would count twice.
 */
record KubernetesEndpoints(List<Address> all) {
    static final KubernetesEndpoints NONE = new KubernetesEndpoints(List.of());

    private static final String NAMES = "FQDN";

    KubernetesEndpoints {
        all = List.copyOf(all);
    }

    /**
     * One address with its ports by name.
     *
     * @param workload name of what it belongs to, empty when unknown
     */
    record Address(String address, Map<String, Integer> ports, String workload, boolean isReady) {

        /** As an instance of a service, with what a WorkloadEntry of the same address tells about it. */
        Instance instance(KubernetesServiceSpec service, @Nullable Workload known) {
            Map<String, Integer> served = new HashMap<>();
            for (KubernetesServicePort port : service.getPorts()) {
                served.put(port.getName(), ports.getOrDefault(port.getName(), 0));
            }
            return known == null
                    ? new Instance(address, served, Map.of(), "", "", 1, "", workload.isEmpty() ? address : workload)
                    : known.instance(served);
        }
    }

    static KubernetesEndpoints of(List<Rule> endpoints, List<Rule> slices) {
        List<Address> addresses = new ArrayList<>();
        slices.forEach(rule -> slice(((EndpointSlice) rule.resource()).getSpec(), addresses));
        if (slices.isEmpty()) {
            for (Rule rule : endpoints) {
                ((Endpoints) rule.resource()).getSpec().getSubsets().forEach(subset -> subset(subset, addresses));
            }
        }
        return new KubernetesEndpoints(addresses);
    }

    private static void slice(KubernetesEndpointSliceSpec slice, List<Address> to) {
        if (slice.getAddressType().equals(NAMES)) {
            return;
        }
        Map<String, Integer> ports = ports(slice.getPorts());
        for (KubernetesEndpoint endpoint : slice.getEndpoints()) {
            Boolean ready = endpoint.getConditions() == null
                    ? null
                    : endpoint.getConditions().getReady();
            for (String address : endpoint.getAddresses()) {
                to.add(new Address(address, ports, name(endpoint.getTargetRef()), ready == null || ready));
            }
        }
    }

    private static void subset(KubernetesEndpointSubset subset, List<Address> to) {
        Map<String, Integer> ports = ports(subset.getPorts());
        for (KubernetesEndpointAddress address : subset.getAddresses()) {
            to.add(new Address(address.getIp(), ports, name(address.getTargetRef()), true));
        }
        for (KubernetesEndpointAddress address : subset.getNotReadyAddresses()) {
            to.add(new Address(address.getIp(), ports, name(address.getTargetRef()), false));
        }
    }

    private static Map<String, Integer> ports(List<KubernetesEndpointPort> listed) {
        Map<String, Integer> ports = new HashMap<>();
        for (KubernetesEndpointPort port : listed) {
            ports.put(port.getName(), (int) port.getPort());
        }
        return ports;
    }

    private static String name(@Nullable KubernetesObjectReference reference) {
        return reference == null ? "" : reference.getName();
    }

    /** Each once; those that are not ready only when asked for. */
    List<Address> addresses(boolean publishNotReady) {
        return all.stream()
                .filter(address -> address.isReady() || publishNotReady)
                .distinct()
                .toList();
    }
}
