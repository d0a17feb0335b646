package weft.routing.validate;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.schema.CaptureMode;
import weft.schema.IstioEgressListener;
import weft.schema.IstioIngressListener;
import weft.schema.OutboundTrafficPolicy;
import weft.schema.OutboundTrafficPolicyMode;
import weft.schema.ServerTLSMode;
import weft.schema.ServerTLSSettings;
import weft.schema.SidecarPort;
import weft.schema.SidecarSpec;

/** A Sidecar and its listeners. Thread-safe: functions only. */
final class SidecarChecks {
    private static final String UNIX = "unix://";
    private static final Set<String> LOCAL = Set.of("", "127.0.0.1", "0.0.0.0", "::1", "::");

    private SidecarChecks() {}

    static void check(String namespace, SidecarSpec spec, Problems problems) {
        Selectors.check(spec.getWorkloadSelector(), problems);
        problems.require(
                !spec.getEgress().isEmpty()
                        || !spec.getIngress().isEmpty()
                        || spec.getOutboundTrafficPolicy() != null
                        || spec.getInboundConnectionPool() != null,
                "says nothing (expected: ingress, egress, outboundTrafficPolicy or inboundConnectionPool)");
        Set<Long> ports = new HashSet<>();
        for (int i = 0; i < spec.getIngress().size(); i++) {
            ingress(spec.getIngress().get(i), ports, problems.at("ingress", i));
        }
        PolicyChecks.connectionPool(spec.getInboundConnectionPool(), problems.at("inboundConnectionPool"));
        egress(namespace, spec.getEgress(), problems);
        outbound(spec.getOutboundTrafficPolicy(), problems.at("outboundTrafficPolicy"));
    }

    private static void ingress(IstioIngressListener listener, Set<Long> ports, Problems problems) {
        SidecarPort port = listener.getPort();
        if (port == null) {
            problems.at("port").error("is missing");
            return;
        }
        port(port, problems.at("port"));
        problems.at("port.number").port(port.getNumber());
        bind(listener.getBind(), problems.at("bind"));
        problems.at("port.number").require(ports.add(port.getNumber()), port.getNumber() + " is named twice");
        endpoint(listener.getDefaultEndpoint(), problems.at("defaultEndpoint"));
        if (listener.getTls() != null) {
            tls(listener.getTls(), port, problems.at("tls"));
        }
        PolicyChecks.connectionPool(listener.getConnectionPool(), problems.at("connectionPool"));
        boolean pools = listener.getConnectionPool() != null
                && listener.getConnectionPool().getHttp() != null;
        if (pools && !Syntax.isHttp(port.getProtocol())) {
            problems.at("connectionPool.http")
                    .warning("has no effect on a port of protocol \"" + port.getProtocol() + "\" (expected: HTTP)");
        }
    }

    private static void port(SidecarPort port, Problems problems) {
        problems.at("targetPort").require(port.getTargetPort() == 0, "has no effect (expected: none)");
        problems.at("name")
                .require(
                        port.getName().isEmpty() || Syntax.isDnsLabel(port.getName()),
                        "\"" + port.getName() + "\" (expected: a DNS label)");
        problems.at("protocol")
                .require(
                        Syntax.isProtocol(port.getProtocol()),
                        "\"" + port.getProtocol() + "\" (expected: HTTP, HTTPS, GRPC, HTTP2, MONGO, TCP or TLS)");
    }

    private static void bind(String bind, Problems problems) {
        problems.require(bind.isEmpty() || IpAddress.isValid(bind), "\"" + bind + "\" (expected: an IP address)");
    }

    private static void endpoint(String endpoint, Problems problems) {
        if (endpoint.isEmpty()) {
            return;
        }
        if (endpoint.startsWith(UNIX)) {
            Syntax.unixPath(endpoint.substring(UNIX.length()), problems);
            return;
        }
        int colon = endpoint.lastIndexOf(':');
        String host = colon < 0 ? "?" : endpoint.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (bracketed) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            host = "?";
        }
        String port = endpoint.substring(colon + 1);
        boolean number = port.length() <= 5 && !port.isEmpty() && port.chars().allMatch(c -> c >= '0' && c <= '9');
        problems.require(
                LOCAL.contains(host) && number,
                "\"" + endpoint + "\" (expected: 127.0.0.1:port, 0.0.0.0:port, [::1]:port, [::]:port or unix:///path)");
        if (number) {
            problems.port(Long.parseLong(port));
        }
    }

    private static void tls(ServerTLSSettings tls, SidecarPort port, Problems problems) {
        problems.at("subjectAltNames").require(tls.getSubjectAltNames().isEmpty(), "is not supported on a sidecar");
        problems.at("httpsRedirect").require(!tls.getHttpsRedirect(), "is not supported on a sidecar");
        problems.at("credentialName").require(tls.getCredentialName().isEmpty(), "is not supported on a sidecar");
        problems.at("credentialNames").require(tls.getCredentialNames().isEmpty(), "is not supported on a sidecar");
        problems.at("tlsCertificates").require(tls.getTlsCertificates().isEmpty(), "is not supported on a sidecar");
        ServerTLSMode mode = tls.getMode();
        problems.at("mode")
                .require(
                        mode != ServerTLSMode.ISTIO_MUTUAL && mode != ServerTLSMode.AUTO_PASSTHROUGH,
                        mode + " (expected: SIMPLE, MUTUAL, OPTIONAL_MUTUAL or PASSTHROUGH)");
        problems.require(
                Syntax.isTls(port.getProtocol()),
                "set on protocol " + port.getProtocol() + " (expected: HTTPS or TLS)");
        ServerTls.check(tls, problems);
    }

    private static void egress(String namespace, List<IstioEgressListener> listeners, Problems problems) {
        Set<Long> ports = new HashSet<>();
        Set<String> sockets = new HashSet<>();
        for (int i = 0; i < listeners.size(); i++) {
            IstioEgressListener listener = listeners.get(i);
            Problems at = problems.at("egress", i);
            SidecarPort port = listener.getPort();
            if (port == null) {
                at.require(i == listeners.size() - 1, "has no port (expected: as the last one only)");
            } else {
                egressPort(listener, port, at);
                boolean first = port.getNumber() == 0 ? sockets.add(listener.getBind()) : ports.add(port.getNumber());
                at.require(first, "listens where another one does");
            }
            at.at("hosts").require(!listener.getHosts().isEmpty(), "is missing (expected: one at least)");
            for (int h = 0; h < listener.getHosts().size(); h++) {
                host(listener.getHosts().get(h), at.at("hosts", h));
            }
            EgressHosts.check(namespace, listener.getHosts(), at);
        }
    }

    private static void egressPort(IstioEgressListener listener, SidecarPort port, Problems problems) {
        port(port, problems.at("port"));
        if (port.getNumber() != 0) {
            problems.at("port.number").port(port.getNumber());
            bind(listener.getBind(), problems.at("bind"));
            return;
        }
        String bind = listener.getBind();
        problems.at("bind")
                .require(bind.startsWith(UNIX), "\"" + bind + "\" (expected: unix:///path, or a port number)");
        if (bind.startsWith(UNIX)) {
            Syntax.unixPath(bind.substring(UNIX.length()), problems.at("bind"));
        }
        problems.at("captureMode")
                .require(listener.getCaptureMode() != CaptureMode.IPTABLES, "IPTABLES on a socket (expected: NONE)");
    }

    private static void host(String host, Problems problems) {
        int slash = host.indexOf('/');
        if (slash < 0) {
            problems.error("\"" + host + "\" (expected: namespace/host)");
            return;
        }
        String given = host.substring(0, slash);
        String namespace = given.startsWith("~") ? given.substring(1) : given;
        boolean any = namespace.isEmpty() || namespace.equals("*") || namespace.equals(".");
        problems.require(
                !given.isEmpty() && (any || Syntax.isDnsLabel(namespace)),
                "\"" + host + "\" (expected: *, ., ~ or a namespace before the slash)");
        GatewayChecks.qualifiedHost(host.substring(slash + 1), false, problems);
    }

    private static void outbound(@Nullable OutboundTrafficPolicy policy, Problems problems) {
        if (policy == null || policy.getEgressProxy() == null) {
            return;
        }
        Problems at = problems.at("egressProxy");
        at.require(policy.getMode() == OutboundTrafficPolicyMode.ALLOW_ANY, "needs mode ALLOW_ANY");
        Syntax.domain(policy.getEgressProxy().getHost(), false, at.at("host"));
        at.at("port").require(policy.getEgressProxy().getPort() != null, "is missing");
        RouteChecks.destination(policy.getEgressProxy(), at);
    }
}
