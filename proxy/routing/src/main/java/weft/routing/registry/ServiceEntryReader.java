package weft.routing.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.routing.cluster.Cluster.Discovery;
import weft.rules.Rule;
import weft.schema.ServiceEntry;
import weft.schema.ServiceEntryLocation;
import weft.schema.ServiceEntryResolution;
import weft.schema.ServiceEntrySpec;
import weft.schema.ServicePort;
import weft.schema.WorkloadEntrySpec;

/** Services from ServiceEntry documents and the WorkloadEntry documents they select. Thread-safe: functions only. */
final class ServiceEntryReader {
    private ServiceEntryReader() {}

    /**
     * One service per host of the entry.
     *
     * @param workloads that its workloadSelector picks from
     */
    static List<Service> read(Rule rule, WorkloadIndex workloads) {
        ServiceEntrySpec spec = ((ServiceEntry) rule.resource()).getSpec();
        List<Service.Port> ports = new ArrayList<>();
        for (ServicePort port : spec.getPorts()) {
            int number = (int) port.getNumber();
            int target = port.getTargetPort() == 0 ? number : (int) port.getTargetPort();
            ports.add(
                    new Service.Port(number, port.getName(), Protocol.of(port.getProtocol(), port.getName()), target));
        }
        List<Instance> instances = instances(rule, spec, workloads);
        List<Service> services = new ArrayList<>();
        for (String host : spec.getHosts()) {
            services.add(new Service(
                    host,
                    rule.key().namespace(),
                    ports,
                    addresses(spec),
                    discovery(spec.getResolution()),
                    isResolvedByName(spec) ? List.of(byName(host)) : instances,
                    spec.getExportTo(),
                    rule.key(),
                    "",
                    List.of(),
                    spec.getLocation() == ServiceEntryLocation.MESH_EXTERNAL));
        }
        return services;
    }

    /** Labels that its workloads carry, null when it selects none. */
    static @Nullable Map<String, String> selector(Rule rule) {
        ServiceEntrySpec spec = ((ServiceEntry) rule.resource()).getSpec();
        return spec.getWorkloadSelector() == null
                ? null
                : spec.getWorkloadSelector().getLabels();
    }

    /** A block of one address is that address: requests name it without its length. */
    private static List<String> addresses(ServiceEntrySpec spec) {
        List<String> addresses = new ArrayList<>();
        for (String address : spec.getAddresses()) {
            int slash = address.indexOf('/');
            String wholeLength = address.indexOf(':') < 0 ? "/32" : "/128";
            addresses.add(address.endsWith(wholeLength) ? address.substring(0, slash) : address);
        }
        return addresses;
    }

    private static List<Instance> instances(Rule rule, ServiceEntrySpec spec, WorkloadIndex workloads) {
        List<Instance> instances = new ArrayList<>();
        if (spec.getWorkloadSelector() != null) {
            Map<String, String> wanted = spec.getWorkloadSelector().getLabels();
            for (Workload workload : workloads.selected(rule.key().namespace(), wanted)) {
                instances.add(workload.instance(workload.ports()));
            }
            return instances;
        }
        for (WorkloadEntrySpec entry : spec.getEndpoints()) {
            instances.add(instance(entry, workloadName(entry, rule.key().name())));
        }
        return instances;
    }

    private static Instance instance(WorkloadEntrySpec entry, String workload) {
        return new Workload(workload, entry.getAddress(), Workload.ports(entry), entry.getLabels(), entry)
                .instance(Workload.ports(entry));
    }

    /** Deployments are commonly named {@code app-version}; without these labels the service's own name has to do. */
    private static String workloadName(WorkloadEntrySpec entry, String fallback) {
        String app = entry.getLabels().get("app");
        String version = entry.getLabels().get("version");
        if (app == null) {
            return fallback;
        }
        return version == null ? app : app + "-" + version;
    }

    /** DNS without endpoints resolves each host itself. */
    private static boolean isResolvedByName(ServiceEntrySpec spec) {
        ServiceEntryResolution resolution = spec.getResolution();
        if (resolution == ServiceEntryResolution.DYNAMIC_DNS) {
            return true;
        }
        return spec.getEndpoints().isEmpty()
                && spec.getWorkloadSelector() == null
                && (resolution == ServiceEntryResolution.DNS || resolution == ServiceEntryResolution.DNS_ROUND_ROBIN);
    }

    private static Instance byName(String host) {
        return new Instance(host, Map.of(), Map.of(), "", "", 1, "", host);
    }

    private static Discovery discovery(ServiceEntryResolution resolution) {
        return switch (resolution) {
            case STATIC -> Discovery.STATIC;
            case DNS -> Discovery.STRICT_DNS;
            case DNS_ROUND_ROBIN -> Discovery.LOGICAL_DNS;
            case NONE -> Discovery.ORIGINAL_DST;
            case DYNAMIC_DNS -> Discovery.DYNAMIC_FORWARD_PROXY;
        };
    }
}
