package weft.routing.http;

/** Takes host and port out of a request's authority, as {@code [::1]:8080}. Thread-safe: functions only. */
public final class Authority {
    private Authority() {}

    /** The host without the port; an IPv6 address keeps its brackets. */
    public static String host(String authority) {
        int colon = portColon(authority);
        return colon < 0 ? authority : authority.substring(0, colon);
    }

    /** The port, or the default when there is none or it is no number. */
    public static int port(String authority, int defaultPort) {
        int colon = portColon(authority);
        if (colon < 0 || colon + 1 == authority.length() || authority.length() - colon > 6) {
            return defaultPort;
        }
        int port = 0;
        for (int i = colon + 1; i < authority.length(); i++) {
            int digit = authority.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return defaultPort;
            }
            port = port * 10 + digit;
        }
        return port > 0xFFFF ? defaultPort : port;
    }

    private static int portColon(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon > authority.lastIndexOf(']') ? colon : -1;
    }
}
