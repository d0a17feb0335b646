package weft.routing.snapshot;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who a proxy is: decides what it compiles, as istiod does per proxy. Immutable.
 *
 * @param id unique in the mesh
 * @param labels of the workload (or of the gateway, which Gateway.selector looks at)
 * @param locality region/zone/subzone, empty when unknown
 * @param workload name of the workload for telemetry
 * @param inbound ports this sidecar receives on for its workload; empty for a gateway
 * @param outbound socket this sidecar takes its workload's outgoing requests on; null for none, and for a gateway
 * @param services sockets this sidecar takes its workload's connections to single services on
 */
public record ProxyIdentity(
        String id,
        String namespace,
        Map<String, String> labels,
        String locality,
        String serviceAccount,
        String workload,
        Mode mode,
        List<InboundPort> inbound,
        @Nullable OutboundSocket outbound,
        List<ServiceSocket> services) {

    /** Gateways bind what Gateway resources say; sidecars take a workload's inbound and outbound traffic. */
    public enum Mode {
        GATEWAY,
        SIDECAR
    }

    /**
     * One port a sidecar takes for its workload.
     *
     * @param bindAddress address to listen on
     * @param bindPort port to listen on
     * @param servicePort the service port it stands for, in names of clusters and listeners
     * @param targetAddress address of the application
     */
    public record InboundPort(
            String bindAddress, int bindPort, int servicePort, String targetAddress, int targetPort) {}

    /** Where outgoing requests arrive, as 127.0.0.1:15001. */
    public record OutboundSocket(String address, int port) {}

    /**
     * Where connections for one port of a service arrive, whatever they carry.
     *
     * @param host of the service; a short name is one of the proxy's own namespace
     */
    public record ServiceSocket(String address, int port, String host, int servicePort) {}

    /** A proxy without sockets of single services. */
    public ProxyIdentity(
            String id,
            String namespace,
            Map<String, String> labels,
            String locality,
            String serviceAccount,
            String workload,
            Mode mode,
            List<InboundPort> inbound,
            @Nullable OutboundSocket outbound) {
        this(id, namespace, labels, locality, serviceAccount, workload, mode, inbound, outbound, List.of());
    }

    /** A proxy without an outbound socket. */
    public ProxyIdentity(
            String id,
            String namespace,
            Map<String, String> labels,
            String locality,
            String serviceAccount,
            String workload,
            Mode mode,
            List<InboundPort> inbound) {
        this(id, namespace, labels, locality, serviceAccount, workload, mode, inbound, null, List.of());
    }

    public ProxyIdentity {
        labels = Map.copyOf(labels);
        inbound = List.copyOf(inbound);
        services = List.copyOf(services);
    }
}
