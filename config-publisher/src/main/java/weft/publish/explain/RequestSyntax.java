package weft.publish.explain;

import weft.routing.explain.Call;
import weft.routing.route.HeaderOperations.Field;

/** What proxies' codecs let through: a request beyond it has no route to explain. Thread-safe: functions only. */
final class RequestSyntax {
    private static final String TOKEN_SIGNS = "!#$%&'*+-.^_`|~";
    private static final int MAX_PORT = 65_535;

    private RequestSyntax() {}

    static boolean isToken(String text) {
        return !text.isEmpty()
                && text.chars()
                        .allMatch(c -> c < 0x80 && (Character.isLetterOrDigit(c) || TOKEN_SIGNS.indexOf(c) >= 0));
    }

    private static void header(Field field) throws BadCallException {
        if (!isToken(field.name())) {
            throw new BadCallException("header \"" + field.name() + "\" (expected: a field name)");
        }
        if (field.value().chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0)) {
            throw new BadCallException(
                    "header " + field.name() + ": a line break or NUL in its value (expected: one line)");
        }
    }

    static int port(String text) throws BadCallException {
        int port = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
        if (port < 1 || port > MAX_PORT) {
            throw new BadCallException("port: " + text + " (expected: 1 to 65535)");
        }
        return port;
    }

    static long draw(String text) throws BadCallException {
        if (!text.matches("[0-9]{1,19}")) {
            throw new BadCallException("random: " + text + " (expected: a whole number, 0 or more)");
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new BadCallException("random: " + text + " (expected: below 2^63)");
        }
    }

    /** The call, when a client could send it. */
    static Call checked(Call call) throws BadCallException {
        if (!isToken(call.method())) {
            throw new BadCallException("method: \"" + call.method() + "\" (expected: as GET)");
        }
        if (call.scheme() != null
                && !call.scheme().equals("http")
                && !call.scheme().equals("https")) {
            throw new BadCallException("scheme: \"" + call.scheme() + "\" (expected: http or https)");
        }
        authority(call.authority());
        String path = call.path();
        if (!path.startsWith("/") && !path.equals("*")) {
            throw new BadCallException("path: \"" + path + "\" (expected: begins with /)");
        }
        if (path.chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
            throw new BadCallException("path: a blank or control character (expected: percent-encoded, as %20)");
        }
        for (Field field : call.headers()) {
            header(field);
        }
        return call;
    }

    private static void authority(String authority) throws BadCallException {
        if (authority.isEmpty()) {
            throw new BadCallException("authority: missing (expected: host or host:port)");
        }
        String host = authority;
        int colon = authority.lastIndexOf(':');
        if (colon > authority.lastIndexOf(']')) {
            host = authority.substring(0, colon);
            port(authority.substring(colon + 1));
        }
        boolean isLiteral = host.matches("\\[[0-9A-Fa-f:.]+]");
        if (!isLiteral && !host.matches("[A-Za-z0-9._~-]+")) {
            throw new BadCallException("authority: \"" + authority + "\" (expected: host or host:port)");
        }
    }
}
