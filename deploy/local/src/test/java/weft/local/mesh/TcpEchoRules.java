package weft.local.mesh;

/** The rules of Istio's tcp-echo sample: one service, two versions, a gateway that splits connections. */
public final class TcpEchoRules {
    private TcpEchoRules() {}

    /** The service with its two versions on these ports of this machine. */
    public static String service(int v1, int v2) {
        return """
                apiVersion: networking.istio.io/v1
                kind: ServiceEntry
                metadata: {name: tcp-echo}
                spec:
                  hosts: [tcp-echo.default.svc.cluster.local]
                  ports: [{number: 9000, name: tcp, protocol: TCP}]
                  location: MESH_INTERNAL
                  resolution: STATIC
                  endpoints:
                  - {address: 127.0.0.1, ports: {tcp: %d}, labels: {version: v1}}
                  - {address: 127.0.0.1, ports: {tcp: %d}, labels: {version: v2}}
                ---
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata: {name: tcp-echo-destination}
                spec:
                  host: tcp-echo
                  subsets:
                  - {name: v1, labels: {version: v1}}
                  - {name: v2, labels: {version: v2}}
                ---
                """.formatted(v1, v2);
    }

    /** Four of five connections to v1, on this port of the gateway. */
    public static String gateway(int port) {
        return """
                apiVersion: networking.istio.io/v1
                kind: Gateway
                metadata: {name: tcp-echo-gateway}
                spec:
                  selector: {istio: ingressgateway}
                  servers:
                  - port: {number: %1$d, name: tcp, protocol: TCP}
                    hosts: ["*"]
                ---
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: tcp-echo}
                spec:
                  hosts: ["*"]
                  gateways: [tcp-echo-gateway]
                  tcp:
                  - match: [{port: %1$d}]
                    route:
                    - destination: {host: tcp-echo, port: {number: 9000}, subset: v1}
                      weight: 80
                    - destination: {host: tcp-echo, port: {number: 9000}, subset: v2}
                      weight: 20
                ---
                """.formatted(port);
    }

    /** Everything that sidecars send to the service goes to one version. */
    public static String meshRoute(String subset) {
        return """
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: tcp-echo-mesh}
                spec:
                  hosts: [tcp-echo]
                  tcp:
                  - route:
                    - destination: {host: tcp-echo, subset: %s}
                ---
                """.formatted(subset);
    }
}
