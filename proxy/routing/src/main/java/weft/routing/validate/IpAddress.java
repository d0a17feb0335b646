package weft.routing.validate;

/** Textual IP addresses and CIDR blocks, without asking any resolver. Thread-safe: functions only. */
final class IpAddress {
    private static final int BYTE = 255;
    private static final int V4_BITS = 32;
    private static final int V6_BITS = 128;
    private static final int V6_GROUPS = 8;

    private IpAddress() {}

    static boolean isValid(String text) {
        return isV4(text) || isV6(text);
    }

    /** An address, or one with a prefix length. */
    static boolean isSubnet(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return isValid(text);
        }
        String address = text.substring(0, slash);
        int most = isV4(address) ? V4_BITS : V6_BITS;
        // A zone belongs to one host, a block to many.
        return isValid(address) && address.indexOf('%') < 0 && isNumber(text.substring(slash + 1), most);
    }

    private static boolean isV4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return false;
        }
        for (String part : parts) {
            if (!isNumber(part, BYTE)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isNumber(String text, int most) {
        boolean plain = !text.isEmpty()
                && text.length() <= 3
                && text.chars().allMatch(c -> c >= '0' && c <= '9')
                && (text.length() == 1 || text.charAt(0) != '0');
        return plain && Integer.parseInt(text) <= most;
    }

    private static boolean isV6(String text) {
        int zone = text.indexOf('%');
        String address = zone > 0 && zone < text.length() - 1 ? text.substring(0, zone) : text;
        int gap = address.indexOf("::");
        if (gap < 0) {
            return groups(address) == V6_GROUPS;
        }
        int before = gap == 0 ? 0 : groups(address.substring(0, gap));
        String tail = address.substring(gap + 2);
        int after = tail.isEmpty() ? 0 : groups(tail);
        return before >= 0 && after >= 0 && before + after < V6_GROUPS;
    }

    /** Number of 16-bit groups, a dotted quad at the end counting two; -1 when it is none. */
    private static int groups(String text) {
        String[] parts = text.split(":", -1);
        int count = 0;
        for (int i = 0; i < parts.length; i++) {
            if (i == parts.length - 1 && isV4(parts[i])) {
                return count + 2;
            }
            boolean hex = !parts[i].isEmpty()
                    && parts[i].length() <= 4
                    && parts[i].chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 0x80);
            if (!hex) {
                return -1;
            }
            count++;
        }
        return count;
    }
}
