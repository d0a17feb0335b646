package weft.proxy.dns;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import weft.proxy.upstream.HostResolver;

/** Names with their addresses as the {@code hosts(5)} file has them. Immutable. */
record HostsFile(Map<String, List<InetAddress>> byName) {
    /** A machine without the file knows itself nonetheless: RFC 6761, section 6.3. */
    private static final String LOCALHOST = "localhost";

    static HostsFile parse(String text) {
        Map<String, List<InetAddress>> byName = new HashMap<>();
        for (String line : text.split("\n", -1)) {
            int comment = line.indexOf('#');
            String[] words =
                    (comment < 0 ? line : line.substring(0, comment)).strip().split("\\s+", -1);
            InetSocketAddress address = HostResolver.literal(words[0], 0);
            for (int i = 1; address != null && i < words.length; i++) {
                List<InetAddress> known =
                        byName.computeIfAbsent(words[i].toLowerCase(Locale.ROOT), any -> new ArrayList<>());
                if (!known.contains(address.getAddress())) {
                    known.add(address.getAddress());
                }
            }
        }
        return new HostsFile(byName);
    }

    /** Empty for a name that is not there. */
    List<InetAddress> addresses(String host) {
        String name = (host.endsWith(".") ? host.substring(0, host.length() - 1) : host).toLowerCase(Locale.ROOT);
        List<InetAddress> known = byName.get(name);
        if (known != null) {
            return known;
        }
        return name.equals(LOCALHOST) || name.endsWith("." + LOCALHOST)
                ? List.of(InetAddress.getLoopbackAddress())
                : List.of();
    }
}
