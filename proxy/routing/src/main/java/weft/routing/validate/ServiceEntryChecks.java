package weft.routing.validate;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import weft.routing.host.HostNames;
import weft.routing.registry.Protocol;
import weft.schema.Metadata;
import weft.schema.ServiceEntryLocation;
import weft.schema.ServiceEntryResolution;
import weft.schema.ServiceEntrySpec;
import weft.schema.ServicePort;
import weft.schema.WorkloadEntrySpec;

/** A ServiceEntry: hosts, ports, addresses, and endpoints as its resolution wants them. Thread-safe: functions only. */
final class ServiceEntryChecks {
    private static final Set<Protocol> DYNAMIC_DNS = Set.of(Protocol.HTTP, Protocol.TLS, Protocol.GRPC, Protocol.HTTP2);

    private static final Set<Protocol> TCP =
            Set.of(Protocol.TCP, Protocol.HTTPS, Protocol.TLS, Protocol.MONGO, Protocol.REDIS, Protocol.MYSQL);
    private static final String AUTO_ALLOCATE = "networking.istio.io/enable-autoallocate-ip";
    private static final String USE_WAYPOINT = "istio.io/use-waypoint";

    private ServiceEntryChecks() {}

    static void check(Metadata metadata, ServiceEntrySpec spec, Problems problems) {
        Selectors.check(spec.getWorkloadSelector(), problems);
        problems.require(
                spec.getWorkloadSelector() == null || spec.getEndpoints().isEmpty(),
                "endpoints beside workloadSelector (expected: one of them)");
        hosts(spec, problems);
        boolean cidr = false;
        for (int i = 0; i < spec.getAddresses().size(); i++) {
            String address = spec.getAddresses().get(i);
            cidr |= address.indexOf('/') >= 0;
            problems.at("addresses", i)
                    .require(
                            IpAddress.isSubnet(address), "\"" + address + "\" (expected: an IP address or CIDR block)");
        }
        ServiceEntryResolution resolution = spec.getResolution();
        boolean blocks = resolution == ServiceEntryResolution.NONE || resolution == ServiceEntryResolution.STATIC;
        problems.at("addresses").require(!cidr || blocks, "CIDR with " + resolution + " (expected: NONE or STATIC)");
        Set<String> ports = ports(spec, problems);
        switch (resolution) {
            case NONE -> none(spec, problems);
            case STATIC -> endpoints(spec.getEndpoints(), ports, problems);
            case DNS, DNS_ROUND_ROBIN -> dns(spec, ports, problems);
            case DYNAMIC_DNS -> dynamicDns(metadata, spec, problems);
        }
        Syntax.exportTo(metadata.getNamespace(), spec.getExportTo(), true, problems);
        warnings(metadata, spec, problems);
    }

    private static void hosts(ServiceEntrySpec spec, Problems problems) {
        problems.at("hosts").require(!spec.getHosts().isEmpty(), "is missing (expected: one at least)");
        for (int i = 0; i < spec.getHosts().size(); i++) {
            String host = spec.getHosts().get(i);
            Problems at = problems.at("hosts", i);
            if (host.equals("*")) {
                at.error("\"*\" (expected: a narrower host)");
                continue;
            }
            Syntax.domain(host, true, at);
            if (Syntax.isPartialWildcard(host) && spec.getResolution() != ServiceEntryResolution.DYNAMIC_DNS) {
                at.warning("\"" + host + "\" (expected: \"*.\" or no wildcard)");
            }
        }
    }

    private static Set<String> ports(ServiceEntrySpec spec, Problems problems) {
        Set<String> names = new HashSet<>();
        Set<Long> numbers = new HashSet<>();
        boolean several = spec.getHosts().size() > 1 && spec.getResolution() != ServiceEntryResolution.NONE;
        for (int i = 0; i < spec.getPorts().size(); i++) {
            ServicePort port = spec.getPorts().get(i);
            Problems at = problems.at("ports", i);
            at.at("name").require(names.add(port.getName()), "\"" + port.getName() + "\" is named twice");
            at.at("name")
                    .require(Syntax.isDnsLabel(port.getName()), "\"" + port.getName() + "\" (expected: a DNS label)");
            at.at("number").require(numbers.add(port.getNumber()), port.getNumber() + " is named twice");
            at.at("number").port(port.getNumber());
            if (port.getTargetPort() != 0) {
                at.at("targetPort").port(port.getTargetPort());
            }
            at.at("protocol")
                    .require(
                            Syntax.isProtocol(port.getProtocol()),
                            "\"" + port.getProtocol() + "\" (expected: HTTP, HTTPS, GRPC, HTTP2, MONGO, TCP or TLS)");
            boolean byName = Syntax.isHttp(port.getProtocol()) || Syntax.isTls(port.getProtocol());
            at.at("protocol").require(!several || byName, "cannot tell several hosts apart (expected: HTTP or TLS)");
        }
        return names;
    }

    private static void none(ServiceEntrySpec spec, Problems problems) {
        problems.at("endpoints")
                .require(spec.getEndpoints().isEmpty(), "set with resolution NONE (expected: none, or STATIC or DNS)");
        if (spec.getWorkloadSelector() != null) {
            problems.at("workloadSelector").warning("has no effect with resolution NONE");
        }
    }

    private static void endpoints(List<WorkloadEntrySpec> endpoints, Set<String> ports, Problems problems) {
        for (int i = 0; i < endpoints.size(); i++) {
            WorkloadChecks.entry(endpoints.get(i), ports, false, problems.at("endpoints", i));
        }
    }

    private static void dns(ServiceEntrySpec spec, Set<String> ports, Problems problems) {
        List<WorkloadEntrySpec> endpoints = spec.getEndpoints();
        for (int i = 0; endpoints.isEmpty() && i < spec.getHosts().size(); i++) {
            Syntax.domain(spec.getHosts().get(i), false, problems.at("hosts", i));
        }
        problems.at("endpoints")
                .require(
                        spec.getResolution() != ServiceEntryResolution.DNS_ROUND_ROBIN || endpoints.size() <= 1,
                        endpoints.size() + " with DNS_ROUND_ROBIN (expected: one at most)");
        for (int i = 0; i < endpoints.size(); i++) {
            WorkloadEntrySpec endpoint = endpoints.get(i);
            Problems at = problems.at("endpoints", i);
            String address = endpoint.getAddress();
            at.at("address")
                    .require(
                            IpAddress.isValid(address) || Syntax.isDomain(address, false),
                            "\"" + address + "\" (expected: an IP address or a host name)");
            Syntax.labels(endpoint.getLabels(), at.at("labels"));
            WorkloadChecks.ports(endpoint, ports, at);
        }
    }

    /** What is accepted and does less than it seems. */
    private static void warnings(Metadata metadata, ServiceEntrySpec spec, Problems problems) {
        boolean fixed = spec.getResolution() == ServiceEntryResolution.NONE
                || "false".equalsIgnoreCase(metadata.getLabels().get(AUTO_ALLOCATE));
        for (int i = 0; i < spec.getPorts().size(); i++) {
            String protocol = spec.getPorts().get(i).getProtocol();
            boolean opaque = protocol.isEmpty() || protocol.equals("TCP");
            if (fixed && opaque && spec.getAddresses().isEmpty()) {
                problems.at("ports", i).warning("of TCP cannot be told apart (expected: addresses)");
            }
        }
        boolean dns = spec.getResolution() == ServiceEntryResolution.DNS
                || spec.getResolution() == ServiceEntryResolution.DNS_ROUND_ROBIN;
        boolean tcp = spec.getPorts().stream().anyMatch(port -> TCP.contains(Protocol.parse(port.getProtocol())));
        if (dns && tcp && spec.getHosts().size() > 1 && !spec.getAddresses().isEmpty()) {
            problems.at("hosts").warning("several with addresses and a TCP port (expected: one host)");
        }
    }

    private static void dynamicDns(Metadata metadata, ServiceEntrySpec spec, Problems problems) {
        String waypoint = metadata.getLabels().getOrDefault(USE_WAYPOINT, "none");
        problems.at("location")
                .require(
                        spec.getLocation() == ServiceEntryLocation.MESH_EXTERNAL
                                || waypoint.isEmpty()
                                || waypoint.equalsIgnoreCase("none"),
                        "MESH_INTERNAL with DYNAMIC_DNS behind a waypoint (expected: MESH_EXTERNAL)");
        for (int i = 0; i < spec.getHosts().size(); i++) {
            String host = spec.getHosts().get(i);
            problems.at("hosts", i)
                    .require(HostNames.isWildcard(host), "\"" + host + "\" (expected: a wildcard with DYNAMIC_DNS)");
        }
        problems.at("addresses").require(spec.getAddresses().isEmpty(), "set with DYNAMIC_DNS (expected: none)");
        problems.at("endpoints").require(spec.getEndpoints().isEmpty(), "set with DYNAMIC_DNS (expected: none)");
        for (int i = 0; i < spec.getPorts().size(); i++) {
            String protocol = spec.getPorts().get(i).getProtocol();
            problems.at("ports", i)
                    .require(
                            DYNAMIC_DNS.contains(Protocol.parse(protocol)),
                            "protocol \"" + protocol + "\" with DYNAMIC_DNS (expected: HTTP, HTTP2, GRPC or TLS)");
        }
    }
}
