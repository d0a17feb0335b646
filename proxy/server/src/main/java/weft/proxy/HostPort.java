package weft.proxy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import picocli.CommandLine.TypeConversionException;
import weft.routing.http.Authority;

/** HOST:PORT of an option, an IPv6 address in brackets. Immutable. */
record HostPort(String host, int port) {

    /** @throws TypeConversionException when the text has another form */
    static HostPort valueOf(String text) {
        int port = Authority.port(text, -1);
        String host = Authority.host(text);
        if (port < 0 || host.isEmpty()) {
            throw new TypeConversionException("\"" + text + "\" (expected: HOST:PORT)");
        }
        boolean isBracketed = host.startsWith("[");
        return new HostPort(isBracketed ? host.substring(1, host.length() - 1) : host, port);
    }

    InetSocketAddress resolve() throws StartFailure {
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException e) {
            throw new StartFailure(ExitCode.USAGE, "unknown host: " + host);
        }
    }

    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
