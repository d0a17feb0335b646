package weft.routing.snapshot;

import java.util.List;
import java.util.Map;

/**
 * Who a proxy is: decides what it compiles, as istiod does per proxy. Immutable.
 *
 * @param id unique in the mesh
 * @param labels of the workload (or of the gateway, which Gateway.selector looks at)
 * @param locality region/zone/subzone, empty when unknown
 * @param workload name of the workload for telemetry
 * @param inbound ports this sidecar receives on for its workload; empty for a gateway
 */
public record ProxyIdentity(
        String id,
        String namespace,
        Map<String, String> labels,
        String locality,
        String serviceAccount,
        String workload,
        Mode mode,
        List<InboundPort> inbound) {

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

    public ProxyIdentity {
        labels = Map.copyOf(labels);
        inbound = List.copyOf(inbound);
    }
}
