package weft.routing.host;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Wildcard hosts, asked which of them contain a host. Immutable.
 *
 * <p>A wildcard that contains a host is a star and the host's end: one question per length that occurs finds them all,
 * however many there are.
 */
public final class WildcardIndex {
    public static final WildcardIndex EMPTY = new WildcardIndex(List.of());

    private final Set<String> wildcards = new HashSet<>();
    private final Set<Integer> longestFirst = new TreeSet<>(Comparator.reverseOrder());

    /** @param hosts of which those that are no wildcards are left out */
    public WildcardIndex(Collection<String> hosts) {
        for (String host : hosts) {
            if (HostNames.isWildcard(host)) {
                wildcards.add(host);
                longestFirst.add(host.length());
            }
        }
    }

    public boolean isEmpty() {
        return wildcards.isEmpty();
    }

    /** Every wildcard that the host is a subset of, the most specific first. */
    public List<String> containing(String host) {
        List<String> found = new ArrayList<>();
        int room = HostNames.isWildcard(host) ? host.length() : host.length() + 1;
        for (int length : longestFirst) {
            if (length <= room) {
                String wildcard = "*" + host.substring(host.length() - length + 1);
                if (wildcards.contains(wildcard)) {
                    found.add(wildcard);
                }
            }
        }
        return found;
    }

    /** Every wildcard that has some name in common with the host. */
    public List<String> overlapping(String host) {
        if (!HostNames.isWildcard(host)) {
            return containing(host);
        }
        // Rare: a service that is a wildcard itself.
        return wildcards.stream()
                .filter(wildcard -> HostNames.overlap(host, wildcard))
                .toList();
    }
}
