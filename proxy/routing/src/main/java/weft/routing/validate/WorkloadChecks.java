package weft.routing.validate;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.schema.HTTPHeader;
import weft.schema.HTTPHealthCheckConfig;
import weft.schema.ReadinessProbe;
import weft.schema.WorkloadEntrySpec;
import weft.schema.WorkloadGroupSpec;

/** WorkloadEntry, WorkloadGroup and the endpoints of a ServiceEntry. Thread-safe: functions only. */
final class WorkloadChecks {
    private static final String UNIX = "unix://";

    private WorkloadChecks() {}

    /**
     * Checks one endpoint.
     *
     * @param servicePorts names its ports may have, or null for any
     */
    static void entry(WorkloadEntrySpec entry, @Nullable Set<String> servicePorts, boolean names, Problems problems) {
        String address = entry.getAddress();
        Problems at = problems.at("address");
        if (address.isEmpty() && entry.getNetwork().isEmpty()) {
            at.error("is missing");
            return;
        }
        if (address.isEmpty()) {
            at.warning("is empty; only a gateway of network \"" + entry.getNetwork() + "\" can reach it");
        } else if (address.startsWith(UNIX)) {
            Syntax.unixPath(address.substring(UNIX.length()), at);
            at.require(entry.getPorts().isEmpty(), "\"" + address + "\" with ports (expected: none)");
            at.require(
                    servicePorts == null || servicePorts.size() == 1,
                    "\"" + address + "\" (expected: a service of one port)");
        } else {
            at.require(
                    IpAddress.isValid(address) || (names && Syntax.isDomain(address, false)),
                    "\"" + address + "\" (expected: an IP address" + (names ? " or a host name)" : ")"));
        }
        ports(entry, servicePorts, problems);
        Syntax.labels(entry.getLabels(), problems.at("labels"));
    }

    static void ports(WorkloadEntrySpec entry, @Nullable Set<String> servicePorts, Problems problems) {
        entry.getPorts().forEach((name, number) -> {
            Problems at = problems.at("ports", name);
            at.require(Syntax.isDnsLabel(name), "\"" + name + "\" (expected: a DNS label)");
            at.require(
                    servicePorts == null || servicePorts.contains(name),
                    "\"" + name + "\" (expected: the name of a port of the service)");
            at.port(number);
        });
    }

    static void group(WorkloadGroupSpec group, Problems problems) {
        problems.at("template").require(group.getTemplate() != null, "is missing");
        if (group.getMetadata() != null) {
            Syntax.labels(group.getMetadata().getLabels(), problems.at("metadata.labels"));
        }
        if (group.getProbe() != null) {
            probe(group.getProbe(), problems.at("probe"));
        }
    }

    private static void probe(ReadinessProbe probe, Problems problems) {
        notNegative(probe.getPeriodSeconds(), problems.at("periodSeconds"));
        notNegative(probe.getInitialDelaySeconds(), problems.at("initialDelaySeconds"));
        notNegative(probe.getTimeoutSeconds(), problems.at("timeoutSeconds"));
        notNegative(probe.getSuccessThreshold(), problems.at("successThreshold"));
        notNegative(probe.getFailureThreshold(), problems.at("failureThreshold"));
        if (probe.getHttpGet() != null) {
            http(probe.getHttpGet(), problems.at("httpGet"));
        } else if (probe.getTcpSocket() != null) {
            problems.at("tcpSocket.port").port(probe.getTcpSocket().getPort());
        } else if (probe.getExec() != null) {
            problems.at("exec.command").require(!probe.getExec().getCommand().isEmpty(), "is missing");
        } else if (probe.getGrpc() != null) {
            // Istio's API has it, and its validation refuses it as none that it knows.
            problems.at("grpc.port").port(probe.getGrpc().getPort());
        } else {
            problems.error("has no method (expected: httpGet, tcpSocket, exec or grpc)");
        }
    }

    private static void notNegative(long value, Problems problems) {
        problems.require(value >= 0, value + " (expected: 0 or more)");
    }

    private static void http(HTTPHealthCheckConfig check, Problems problems) {
        problems.at("port").port(check.getPort());
        String scheme = check.getScheme();
        problems.at("scheme")
                .require(
                        scheme.isEmpty() || scheme.equals("HTTP") || scheme.equals("HTTPS"),
                        "\"" + scheme + "\" (expected: HTTP or HTTPS)");
        for (HTTPHeader header : check.getHttpHeaders()) {
            boolean plain = !header.getName().isEmpty()
                    && header.getName().chars().allMatch(c -> c == '-' || (c < 0x80 && Character.isLetterOrDigit(c)));
            problems.at("httpHeaders").require(plain, "\"" + header.getName() + "\" (expected: a header name)");
        }
    }
}
