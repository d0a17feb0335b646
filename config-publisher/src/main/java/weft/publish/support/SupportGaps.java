package weft.publish.support;

import static weft.publish.support.Gap.field;
import static weft.publish.support.Gap.kind;
import static weft.publish.support.Gap.policy;
import static weft.publish.support.Gap.quiet;
import static weft.publish.support.Gap.values;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The list of what is accepted without effect; who builds one of these takes it from here. Immutable.
 *
 * <p>A field that is not here is one the proxies act on: a test compares this with what they read.
 */
public final class SupportGaps {
    private static final List<String> TLS_MODES = List.of("SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL", "ISTIO_MUTUAL");
    private static final List<String> HTTP2 = List.of("HTTP2", "GRPC", "GRPC-WEB");

    private static final List<Gap> KINDS = List.of(
            policy("PeerAuthentication", "proxies accept every connection, in clear"),
            policy("RequestAuthentication", "no token is looked at, a bad one passes"),
            policy("AuthorizationPolicy", "no request is refused by it"),
            kind("Telemetry", "access logs and metrics are as the proxies and the aggregator are configured"),
            kind("ProxyConfig", "a proxy takes its settings from its command line"));

    private static final List<Gap> VIRTUAL_SERVICE = List.of(
            field("L4MatchAttributes.sourceSubnet", "as in Istio, connections are not told apart by it"),
            quiet("HTTPFaultInjectionAbort.http2Error", "refused, as by Istio"),
            quiet("HTTPFaultInjectionDelay.exponentialDelay", "refused, as by Istio"),
            quiet("HTTPMatchRequest.statPrefix", "every route has its statistics"),
            values("HTTPMatchRequest.headers", List.of("@request.auth.claims*"), "the match never holds"),
            values("HTTPMatchRequest.withoutHeaders", List.of("@request.auth.claims*"), "the condition always holds"));

    private static final List<Gap> BALANCING =
            List.of(field("LoadBalancerSettings.zoneAwareLbSetting", "the size of zones makes no difference"));

    private static final List<Gap> TRAFFIC_POLICY = List.of(
            field("TrafficPolicy.tunnel", "connections are not tunnelled"),
            field("TrafficPolicy.proxyProtocol", "no PROXY header is sent"),
            values("ClientTLSSettings.mode", TLS_MODES, "proxies connect IN CLEAR"),
            field("ClientTLSSettings.clientCertificate", "proxies connect in clear"),
            field("ClientTLSSettings.privateKey", "proxies connect in clear"),
            field("ClientTLSSettings.caCertificates", "proxies connect in clear"),
            field("ClientTLSSettings.credentialName", "proxies connect in clear"),
            field("ClientTLSSettings.subjectAltNames", "proxies connect in clear"),
            field("ClientTLSSettings.sni", "proxies connect in clear"),
            field("ClientTLSSettings.insecureSkipVerify", "proxies connect in clear"),
            field("ClientTLSSettings.caCrl", "proxies connect in clear"));

    private static final List<Gap> CONNECTION_POOL = List.of(
            values("ConnectionPoolHTTP.h2UpgradePolicy", List.of("UPGRADE"), "HTTP/1.1 is spoken"),
            values("ConnectionPoolHTTP.useClientProtocol", List.of("true"), "HTTP/1.1 is spoken"),
            field("ConnectionPoolHTTP.maxConcurrentStreams", "HTTP/1.1 is spoken"),
            field("ConnectionPoolHTTP.http2KeepAlive", "HTTP/1.1 is spoken"));

    private static final List<Gap> GATEWAY = List.of(
            values("GatewayPort.protocol", HTTP2, "HTTP/1.1 is served on the port"),
            quiet("GatewayPort.targetPort", "as in Istio"),
            quiet("GatewayServer.defaultEndpoint", "as in Istio"),
            quiet("GatewayServer.name", "statistics are by port"),
            values("ServerTLSSettings.mode", TLS_MODES, "the server is not bound, for no TLS is terminated"),
            field("ServerTLSSettings.serverCertificate", "no TLS is terminated"),
            field("ServerTLSSettings.privateKey", "no TLS is terminated"),
            field("ServerTLSSettings.caCertificates", "no TLS is terminated"),
            field("ServerTLSSettings.caCrl", "no TLS is terminated"),
            field("ServerTLSSettings.credentialName", "no TLS is terminated"),
            field("ServerTLSSettings.credentialNames", "no TLS is terminated"),
            field("ServerTLSSettings.caCertCredentialName", "no TLS is terminated"),
            field("ServerTLSSettings.tlsCertificates", "no TLS is terminated"),
            field("ServerTLSSettings.subjectAltNames", "no TLS is terminated"),
            field("ServerTLSSettings.verifyCertificateSpki", "no TLS is terminated"),
            field("ServerTLSSettings.verifyCertificateHash", "no TLS is terminated"),
            field("ServerTLSSettings.minProtocolVersion", "no TLS is terminated"),
            field("ServerTLSSettings.maxProtocolVersion", "no TLS is terminated"),
            field("ServerTLSSettings.cipherSuites", "no TLS is terminated"),
            field("ServerTLSSettings.insecureSkipVerify", "no TLS is terminated"));

    private static final List<Gap> SERVICES = List.of(
            values("ServicePort.protocol", HTTP2, "HTTP/1.1 is spoken to the port"),
            quiet("KubernetesObjectReference.kind", "a Pod is all that can be referred to"),
            field("ServiceEntrySpec.subjectAltNames", "no certificate is looked at"),
            field("WorkloadEntrySpec.network", "every endpoint is taken to be reachable"),
            field("WorkloadGroupObjectMeta.annotations", "nobody reads annotations of workloads"),
            quiet("WorkloadEntrySpec.serviceAccount", "workloads prove no identity"));

    private static final List<Gap> SIDECAR = List.of(
            field("SidecarSpec.ingress", "listeners are derived from the services of the workload"),
            field("SidecarSpec.inboundConnectionPool", "what comes in is not limited"),
            field("IstioEgressListener.bind", "the proxy listens where its settings say"),
            values("IstioEgressListener.captureMode", List.of("NONE"), "the proxy listens where its settings say"),
            quiet("SidecarPort.protocol", "the protocol of the service counts"),
            quiet("SidecarPort.name", "statistics are by port"),
            quiet("SidecarPort.targetPort", "as in Istio"));

    private static final List<Gap> POLICIES = List.of(
            field("RateLimitKey.claim", "no token is looked at: the rule counts NO request"),
            values("RateLimitMatch.headers", List.of("@request.auth.claims*"), "the match never holds"),
            values("RateLimitMatch.withoutHeaders", List.of("@request.auth.claims*"), "the condition always holds"));

    private static final List<Gap> ALL = List.of(
                    KINDS,
                    VIRTUAL_SERVICE,
                    BALANCING,
                    TRAFFIC_POLICY,
                    CONNECTION_POOL,
                    GATEWAY,
                    SERVICES,
                    SIDECAR,
                    POLICIES)
            .stream()
            .flatMap(List::stream)
            .toList();

    private static final Map<String, Gap> BY_PLACE =
            ALL.stream().collect(Collectors.toUnmodifiableMap(Gap::place, Function.identity()));

    private SupportGaps() {}

    public static List<Gap> all() {
        return ALL;
    }

    /** What of the kind as a whole is missing, null when proxies act on it. */
    public static @Nullable Gap ofKind(String kind) {
        return BY_PLACE.get(kind);
    }

    /** What of a field of a record is missing, null when proxies act on it. */
    public static @Nullable Gap ofField(String record, String field) {
        return BY_PLACE.get(record + "." + field);
    }
}
