package weft.routing.registry;

import java.util.Locale;
import java.util.Set;

/** Application protocol of a port, in Istio's words. Immutable. */
public enum Protocol {
    HTTP,
    HTTP2,
    GRPC,
    GRPC_WEB,
    HTTPS,
    TLS,
    TCP,
    MONGO,
    REDIS,
    MYSQL,
    UDP,
    HBONE,
    DOUBLE_HBONE,
    /** Unknown: told apart by the first bytes of a connection. */
    SNIFFED;

    /** SMTP, DNS, MySQL, MongoDB: waiting for the client's first bytes would never end. */
    private static final Set<Integer> SERVERS_SPEAK_FIRST = Set.of(25, 53, 3306, 27017);

    /** Reads a protocol field, case ignored; {@link #SNIFFED} for anything else. */
    public static Protocol parse(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "http" -> HTTP;
            case "http2" -> HTTP2;
            case "grpc" -> GRPC;
            case "grpc-web" -> GRPC_WEB;
            case "https" -> HTTPS;
            case "tls" -> TLS;
            case "tcp" -> TCP;
            case "mongo" -> MONGO;
            case "redis" -> REDIS;
            case "mysql" -> MYSQL;
            case "udp" -> UDP;
            case "hbone" -> HBONE;
            case "double-hbone" -> DOUBLE_HBONE;
            default -> SNIFFED;
        };
    }

    /** The field when it is set, else the port name up to its first dash, as in {@code http-web}. */
    public static Protocol of(String protocol, String portName) {
        if (!protocol.isEmpty()) {
            return parse(protocol);
        }
        if (portName.regionMatches(true, 0, "grpc-web", 0, 8)) {
            return GRPC_WEB;
        }
        int dash = portName.indexOf('-');
        return parse(dash < 0 ? portName : portName.substring(0, dash));
    }

    /**
     * Of a Kubernetes port: the application protocol when there is one, else what the name says, else TCP where servers
     * are known to speak first.
     */
    static Protocol ofKubernetes(String transport, String appProtocol, String portName, int number) {
        if (transport.equals("UDP")) {
            return UDP;
        }
        Protocol named = switch (appProtocol) {
            case "kubernetes.io/h2c" -> HTTP2;
            case "kubernetes.io/ws" -> HTTP;
            case "kubernetes.io/wss" -> HTTPS;
            default -> of("", appProtocol.isEmpty() ? portName : appProtocol);
        };
        return named == SNIFFED && SERVERS_SPEAK_FIRST.contains(number) ? TCP : named;
    }

    public boolean isHttp() {
        return this == HTTP || this == HTTP2 || this == GRPC || this == GRPC_WEB;
    }

    /** Whether HTTP routes apply on a port of this protocol. */
    public boolean isHttpOrSniffed() {
        return isHttp() || this == SNIFFED;
    }
}
