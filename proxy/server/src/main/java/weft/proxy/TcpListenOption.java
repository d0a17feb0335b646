package weft.proxy;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;
import weft.routing.snapshot.ProxyIdentity.ServiceSocket;

/** One {@code --tcp-listen}: [ADDRESS:]PORT=HOST:PORT. Immutable. */
record TcpListenOption(String address, int port, String host, int servicePort) {
    private static final String LOOPBACK = "127.0.0.1";
    private static final Pattern FORM =
            Pattern.compile("(?:(\\[[0-9a-fA-F:.]+]|[^:=\\[\\]]+):)?(\\d{1,5})=([^:=\\[\\]]+):(\\d{1,5})");

    /** Without an address it is the loopback's. */
    static TcpListenOption valueOf(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new TypeConversionException(
                    "\"" + text + "\" (expected: [ADDRESS:]PORT=HOST:PORT, as 9000=tcp-echo:9000)");
        }
        String address = form.group(1) == null ? LOOPBACK : form.group(1);
        boolean isBracketed = address.startsWith("[");
        return new TcpListenOption(
                isBracketed ? address.substring(1, address.length() - 1) : address,
                port(text, form.group(2)),
                form.group(3),
                port(text, form.group(4)));
    }

    private static int port(String text, String digits) {
        int port = Integer.parseInt(digits);
        if (port < 1 || port > 0xFFFF) {
            throw new TypeConversionException("\"" + text + "\": port " + port + " (expected: 1 to 65535)");
        }
        return port;
    }

    ServiceSocket socket() {
        return new ServiceSocket(address, port, host, servicePort);
    }
}
