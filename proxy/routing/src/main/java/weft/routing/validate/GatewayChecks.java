package weft.routing.validate;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weft.schema.GatewayPort;
import weft.schema.GatewayServer;
import weft.schema.GatewaySpec;
import weft.schema.ServerTLSMode;
import weft.schema.ServerTLSSettings;

/** A Gateway and its servers. Thread-safe: functions only. */
final class GatewayChecks {
    private static final String UNIX = "unix://";

    private GatewayChecks() {}

    static void check(String name, GatewaySpec spec, Problems problems) {
        problems.require(Syntax.isDnsLabel(name), "name \"" + name + "\" (expected: a DNS label)");
        problems.at("servers").require(!spec.getServers().isEmpty(), "is missing (expected: one at least)");
        Set<String> portNames = new HashSet<>();
        for (int i = 0; i < spec.getServers().size(); i++) {
            GatewayServer server = spec.getServers().get(i);
            Problems at = problems.at("servers", i);
            server(server, at);
            if (server.getPort() != null) {
                String portName = server.getPort().getName();
                at.at("port.name").require(portNames.add(portName), "\"" + portName + "\" is named twice");
            }
        }
    }

    private static void server(GatewayServer server, Problems problems) {
        problems.at("hosts").require(!server.getHosts().isEmpty(), "is missing (expected: one at least)");
        for (int i = 0; i < server.getHosts().size(); i++) {
            host(server.getHosts().get(i), problems.at("hosts", i));
        }
        bind(server, problems.at("bind"));
        ServerTls.check(server.getTls(), problems.at("tls"));
        GatewayPort port = server.getPort();
        if (port == null) {
            problems.at("port").error("is missing");
            return;
        }
        boolean unix = server.getBind().startsWith(UNIX);
        boolean known = Syntax.isNamedProtocol(port.getProtocol());
        problems.at("port.protocol")
                .require(
                        known,
                        "\"" + port.getProtocol()
                                + "\" (expected: HTTP, HTTPS, HTTP2, GRPC, GRPC-WEB, MONGO, REDIS, MYSQL, TCP or TLS)");
        if (port.getNumber() > 0 || !unix) {
            problems.at("port.number").port(port.getNumber());
        }
        problems.at("port.targetPort").require(port.getTargetPort() == 0, "has no effect (expected: none)");
        problems.at("port.name").require(!port.getName().isEmpty(), "is missing");
        if (known) {
            tlsFits(port.getProtocol(), server.getTls(), problems.at("tls"));
        }
    }

    private static void tlsFits(String protocol, @Nullable ServerTLSSettings tls, Problems problems) {
        boolean isTls = Syntax.isTls(protocol);
        if (isTls) {
            problems.require(tls != null, "is missing (expected: TLS settings on a port of protocol " + protocol + ")");
            if (tls != null && tls.getHttpsRedirect()) {
                problems.at("httpsRedirect").warning("has no effect on a port of protocol " + protocol);
            }
        } else if (tls != null && Syntax.isHttp(protocol)) {
            boolean terminates =
                    tls.getMode() != ServerTLSMode.PASSTHROUGH && tls.getMode() != ServerTLSMode.AUTO_PASSTHROUGH;
            boolean hasFiles = !tls.getCaCertificates().isEmpty()
                    || !tls.getPrivateKey().isEmpty()
                    || !tls.getServerCertificate().isEmpty();
            problems.require(!terminates && !hasFiles, "set on plain HTTP (expected: httpsRedirect at most)");
        } else {
            problems.require(tls == null, "set on protocol " + protocol + " (expected: HTTPS or TLS)");
        }
    }

    private static void bind(GatewayServer server, Problems problems) {
        String bind = server.getBind();
        if (bind.startsWith(UNIX)) {
            Syntax.unixPath(bind.substring(UNIX.length()), problems);
            boolean portless = server.getPort() == null || server.getPort().getNumber() == 0;
            problems.require(portless, "\"" + bind + "\" with a port number (expected: 0)");
        } else {
            problems.require(bind.isEmpty() || IpAddress.isValid(bind), "\"" + bind + "\" (expected: an IP address)");
        }
    }

    private static void host(String text, Problems problems) {
        int slash = text.indexOf('/');
        if (slash >= 0) {
            String namespace = text.substring(0, slash);
            problems.require(
                    namespace.equals("*") || namespace.equals(".") || Syntax.isDnsLabel(namespace),
                    "\"" + text + "\" (expected: *, . or a namespace before the slash)");
        }
        qualifiedHost(text.substring(slash + 1), true, problems);
    }

    /** A host with a dot, {@code *}, or an address where that is allowed. */
    static void qualifiedHost(String host, boolean addresses, Problems problems) {
        problems.require(
                host.equals("*") || host.indexOf('.') >= 0,
                "\"" + host + "\" (expected: a full name, not a short one)");
        if (!addresses || !IpAddress.isValid(host)) {
            Syntax.domain(host, true, problems);
        }
        problems.require(!Syntax.isPartialWildcard(host), "\"" + host + "\" (expected: \"*.\" or no wildcard)");
    }
}
