package weft.routing.analyze;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import weft.routing.host.HostNames;

/**
 * Values by host name or wildcard, found in time that grows with the length of the name. Confined to the thread that
 * fills it, then read only.
 */
final class HostMap<T> {
    private final Map<String, List<T>> byHost = new HashMap<>();
    /** Names from their end, so that all below a domain stand together. */
    private final TreeSet<String> reversed = new TreeSet<>();

    void put(String host, T value) {
        String lower = host.toLowerCase(Locale.ROOT);
        byHost.computeIfAbsent(lower, h -> new ArrayList<>()).add(value);
        reversed.add(reverse(lower));
    }

    /** Values of this very name. */
    List<T> exactly(String host) {
        return byHost.getOrDefault(host.toLowerCase(Locale.ROOT), List.of());
    }

    /** Values of this name and of the wildcards that contain it. */
    List<T> covering(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        List<T> found = new ArrayList<>(byHost.getOrDefault(lower, List.of()));
        for (int i = HostNames.isWildcard(lower) ? 2 : 0; i <= lower.length(); i++) {
            found.addAll(byHost.getOrDefault("*" + lower.substring(i), List.of()));
        }
        return found;
    }

    /** Whether some name is meant by both this host and an entry. */
    boolean overlaps(String host) {
        if (!covering(host).isEmpty()) {
            return true;
        }
        if (!HostNames.isWildcard(host)) {
            return false;
        }
        String tail = reverse(host.toLowerCase(Locale.ROOT).substring(1));
        String first = reversed.ceiling(tail);
        return first != null && first.startsWith(tail);
    }

    /** Values of every name that has some name in common with this one. */
    List<T> overlapping(String host) {
        List<T> found = covering(host);
        if (HostNames.isWildcard(host)) {
            String lower = host.toLowerCase(Locale.ROOT);
            String tail = reverse(lower.substring(1));
            for (String name : reversed.tailSet(tail)) {
                if (!name.startsWith(tail)) {
                    break;
                }
                // The wildcard itself was found as covering.
                if (!name.equals(tail) && !name.equals(tail + "*")) {
                    found.addAll(byHost.getOrDefault(reverse(name), List.of()));
                }
            }
        }
        return found;
    }

    Set<String> hosts() {
        return byHost.keySet();
    }

    private static String reverse(String text) {
        return new StringBuilder(text).reverse().toString();
    }
}
