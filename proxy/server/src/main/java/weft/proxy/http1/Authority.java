package weft.proxy.http1;

/** The strict grammar of {@code Host}: a name or address that every peer reads alike. Immutable. */
final class Authority {
    /** Longest DNS name, and what certificates and SNI can carry. */
    private static final int MAX_HOST_CHARS = 255;

    private static final int MAX_PORT = 65_535;

    private Authority() {}

    static boolean isValid(String authority) {
        int length = authority.length();
        if (length == 0) {
            return false;
        }
        int hostEnd = authority.charAt(0) == '[' ? literalEnd(authority) : nameEnd(authority);
        if (hostEnd <= 0 || hostEnd > MAX_HOST_CHARS) {
            return false;
        }
        return hostEnd == length || (authority.charAt(hostEnd) == ':' && isPort(authority, hostEnd + 1));
    }

    private static int nameEnd(String authority) {
        int i = 0;
        while (i < authority.length()) {
            char c = authority.charAt(i);
            if (c > 0x7F || !(Octets.isAlphanumeric((byte) c) || c == '-' || c == '.' || c == '_' || c == '~')) {
                break;
            }
            i++;
        }
        return i;
    }

    /** End of an IPv6 literal with its brackets; zone identifiers mean something on one machine only and are refused. */
    private static int literalEnd(String authority) {
        int colons = 0;
        for (int i = 1; i < authority.length(); i++) {
            char c = authority.charAt(i);
            if (c == ']') {
                return colons >= 2 ? i + 1 : -1;
            }
            if (c == ':') {
                colons++;
            } else if (c > 0x7F || !(Octets.isHex((byte) c) || c == '.')) {
                return -1;
            }
        }
        return -1;
    }

    private static boolean isPort(String authority, int from) {
        int digits = authority.length() - from;
        if (digits < 1 || digits > 5) {
            return false;
        }
        int port = 0;
        for (int i = from; i < authority.length(); i++) {
            char c = authority.charAt(i);
            if (c < '0' || c > '9') {
                return false;
            }
            port = port * 10 + c - '0';
        }
        return port <= MAX_PORT;
    }
}
