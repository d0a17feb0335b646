package weft.proxy;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/** One {@code --inbound}: BIND_PORT:HOST:PORT[:SERVICE_PORT]. Immutable. */
record InboundOption(int bindPort, String host, int port, int servicePort) {
    private static final Pattern FORM =
            Pattern.compile("(\\d{1,5}):(\\[[0-9a-fA-F:.]+]|[^:\\[\\]]+):(\\d{1,5})(?::(\\d{1,5}))?");

    /** Without a service port it is the application's. */
    static InboundOption valueOf(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new TypeConversionException(
                    "\"" + text + "\" (expected: BIND_PORT:HOST:PORT[:SERVICE_PORT], as 15006:127.0.0.1:9080)");
        }
        String host = form.group(2);
        boolean isBracketed = host.startsWith("[");
        int port = port(text, form.group(3));
        return new InboundOption(
                port(text, form.group(1)),
                isBracketed ? host.substring(1, host.length() - 1) : host,
                port,
                form.group(4) == null ? port : port(text, form.group(4)));
    }

    private static int port(String text, String digits) {
        int port = Integer.parseInt(digits);
        if (port < 1 || port > 0xFFFF) {
            throw new TypeConversionException("\"" + text + "\": port " + port + " (expected: 1 to 65535)");
        }
        return port;
    }
}
