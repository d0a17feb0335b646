package weft.proxy.dns;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import weft.proxy.upstream.HostResolver;

/**
 * Whom to ask, and for which names. Immutable. What {@code resolv.conf(5)} says, with glibc's defaults and bounds.
 *
 * @param servers asked one after the other
 * @param search domains in which a name with few dots is looked for
 * @param ndots with so many dots a name is first taken as it is
 * @param timeoutMillis for one answer of one server
 * @param attempts rounds over all servers
 */
public record ResolverConfig(
        List<InetSocketAddress> servers, List<String> search, int ndots, long timeoutMillis, int attempts) {
    static final int PORT = 53;
    private static final int MAX_SERVERS = 3;
    private static final int MAX_SEARCH = 32;
    private static final int MAX_NDOTS = 15;
    private static final int MAX_TIMEOUT_SECONDS = 30;
    private static final int MAX_ATTEMPTS = 5;
    private static final int TIMEOUT_SECONDS = 5;
    private static final int ATTEMPTS = 2;

    public ResolverConfig {
        servers = List.copyOf(servers);
        search = List.copyOf(search);
    }

    /** Reads the text of a file; what is not understood is passed over. Without a server it is the one of this machine. */
    static ResolverConfig parse(String text) {
        List<InetSocketAddress> servers = new ArrayList<>();
        List<String> search = List.of();
        int ndots = 1;
        int timeout = TIMEOUT_SECONDS;
        int attempts = ATTEMPTS;
        for (String line : text.split("\n", -1)) {
            String[] words = line.strip().split("\\s+", -1);
            switch (words[0]) {
                case "nameserver" -> addServer(words, servers);
                case "search", "domain" -> search = domains(words);
                case "options" -> {
                    for (String option : words) {
                        ndots = number(option, "ndots:", 0, MAX_NDOTS, ndots);
                        timeout = number(option, "timeout:", 1, MAX_TIMEOUT_SECONDS, timeout);
                        attempts = number(option, "attempts:", 1, MAX_ATTEMPTS, attempts);
                    }
                }
                default -> {}
            }
        }
        if (servers.isEmpty()) {
            servers.add(new InetSocketAddress("127.0.0.1", PORT));
        }
        return new ResolverConfig(servers, search, ndots, timeout * 1_000L, attempts);
    }

    private static void addServer(String[] words, List<InetSocketAddress> servers) {
        InetSocketAddress server = words.length < 2 ? null : HostResolver.literal(words[1], PORT);
        if (server != null && servers.size() < MAX_SERVERS) {
            servers.add(server);
        }
    }

    private static List<String> domains(String[] words) {
        List<String> domains = new ArrayList<>();
        for (int i = 1; i < words.length && domains.size() < MAX_SEARCH; i++) {
            String domain = words[i].endsWith(".") ? words[i].substring(0, words[i].length() - 1) : words[i];
            if (!domain.isEmpty()) {
                domains.add(domain.toLowerCase(Locale.ROOT));
            }
        }
        return domains;
    }

    private static int number(String option, String name, int least, int most, int otherwise) {
        if (!option.startsWith(name)) {
            return otherwise;
        }
        try {
            return Math.max(least, Math.min(most, Integer.parseInt(option.substring(name.length()))));
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    /** With other servers, unless they are null. */
    ResolverConfig asking(@Nullable List<InetSocketAddress> others) {
        return others == null ? this : new ResolverConfig(others, search, ndots, timeoutMillis, attempts);
    }

    /** The names, each with a dot in the end, that a host may mean, in the order to try them. */
    List<String> names(String host) {
        if (host.endsWith(".")) {
            return List.of(host);
        }
        List<String> names = new ArrayList<>();
        for (String domain : search) {
            names.add(host + "." + domain + ".");
        }
        boolean isFirst = host.chars().filter(c -> c == '.').count() >= ndots;
        names.add(isFirst ? 0 : names.size(), host + ".");
        return names;
    }
}
