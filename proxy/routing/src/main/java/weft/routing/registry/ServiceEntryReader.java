package weft.routing.registry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import weft.routing.cluster.Cluster.Discovery;
import weft.rules.Rule;
import weft.schema.ServiceEntry;
import weft.schema.ServiceEntryResolution;
import weft.schema.ServiceEntrySpec;
import weft.schema.ServicePort;
import weft.schema.WorkloadEntry;
import weft.schema.WorkloadEntrySpec;

/** Services from ServiceEntry documents and the WorkloadEntry documents they select. Thread-safe: functions only. */
public final class ServiceEntryReader {
    private ServiceEntryReader() {}

    /**
     * One service per host of the entry.
     *
     * @param workloadEntries candidates for its workloadSelector, those of its namespace at least
     */
    public static List<Service> read(Rule rule, List<Rule> workloadEntries) {
        ServiceEntrySpec spec = ((ServiceEntry) rule.resource()).getSpec();
        List<Service.Port> ports = new ArrayList<>();
        for (ServicePort port : spec.getPorts()) {
            int number = (int) port.getNumber();
            int target = port.getTargetPort() == 0 ? number : (int) port.getTargetPort();
            ports.add(
                    new Service.Port(number, port.getName(), Protocol.of(port.getProtocol(), port.getName()), target));
        }
        List<Instance> instances = instances(rule, spec, workloadEntries);
        List<Service> services = new ArrayList<>();
        for (String host : spec.getHosts()) {
            services.add(new Service(
                    host,
                    rule.key().namespace(),
                    ports,
                    spec.getAddresses(),
                    discovery(spec.getResolution()),
                    isResolvedByName(spec) ? List.of(byName(host)) : instances,
                    spec.getExportTo(),
                    rule.key()));
        }
        return services;
    }

    private static List<Instance> instances(Rule rule, ServiceEntrySpec spec, List<Rule> workloadEntries) {
        List<Instance> instances = new ArrayList<>();
        if (spec.getWorkloadSelector() != null) {
            Map<String, String> wanted = spec.getWorkloadSelector().getLabels();
            for (Rule candidate : workloadEntries) {
                WorkloadEntrySpec entry = ((WorkloadEntry) candidate.resource()).getSpec();
                if (candidate.key().namespace().equals(rule.key().namespace())
                        && entry.getLabels().entrySet().containsAll(wanted.entrySet())) {
                    instances.add(instance(entry, candidate.key().name()));
                }
            }
            return instances;
        }
        for (WorkloadEntrySpec entry : spec.getEndpoints()) {
            instances.add(instance(entry, workloadName(entry, rule.key().name())));
        }
        return instances;
    }

    private static Instance instance(WorkloadEntrySpec entry, String workload) {
        Map<String, Integer> ports = new HashMap<>();
        entry.getPorts().forEach((name, number) -> ports.put(name, number.intValue()));
        return new Instance(
                entry.getAddress(),
                ports,
                entry.getLabels(),
                entry.getLocality(),
                entry.getNetwork(),
                (int) Math.max(1, entry.getWeight()),
                entry.getServiceAccount(),
                workload);
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
            case NONE, DYNAMIC_DNS -> Discovery.ORIGINAL_DST;
        };
    }
}
