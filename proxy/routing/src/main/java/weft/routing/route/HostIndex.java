package weft.routing.route;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Virtual hosts by domain: exact, then the longest {@code *suffix}, then {@code *}. Immutable; lookups allocate nothing.
 *
 * <p>Names hash from their end, so that one pass over a host gives the hash of each suffix and of the whole.
 */
final class HostIndex {
    private final VirtualHost[] hosts;
    private final SliceMap exact;
    private final SliceMap suffixes;
    private final BitSet suffixLengths = new BitSet();
    private final @Nullable VirtualHost any;

    /** A domain that several virtual hosts claim belongs to the first. */
    HostIndex(List<VirtualHost> hosts) {
        Map<String, Integer> exactly = new HashMap<>();
        Map<String, Integer> bySuffix = new HashMap<>();
        VirtualHost catchAll = null;
        this.hosts = hosts.toArray(new VirtualHost[0]);
        for (int i = 0; i < this.hosts.length; i++) {
            VirtualHost host = this.hosts[i];
            for (String domain : host.domains()) {
                String name = domain.toLowerCase(Locale.ROOT);
                if (name.equals("*")) {
                    catchAll = catchAll == null ? host : catchAll;
                } else if (name.startsWith("*")) {
                    bySuffix.putIfAbsent(name.substring(1), i);
                    suffixLengths.set(name.length() - 1);
                } else {
                    exactly.putIfAbsent(name, i);
                }
            }
        }
        any = catchAll;
        exact = new SliceMap(exactly, HostIndex::hash);
        suffixes = new SliceMap(bySuffix, HostIndex::hash);
    }

    private static int hash(String name) {
        int hash = 0;
        for (int i = name.length() - 1; i >= 0; i--) {
            hash = hash * 31 + name.charAt(i);
        }
        return hash;
    }

    @Nullable
    VirtualHost find(String authority) {
        int length = hostLength(authority);
        VirtualHost wildcard = any;
        int hash = 0;
        for (int i = length - 1; i >= 0; i--) {
            hash = hash * 31 + lower(authority.charAt(i));
            // A wildcard stands for one character at least, so that the whole host is never a suffix.
            if (i > 0 && suffixLengths.get(length - i)) {
                int found = suffixes.get(hash, authority, i, length - i, true);
                if (found != SliceMap.ABSENT) {
                    wildcard = hosts[found];
                }
            }
        }
        int found = exact.get(hash, authority, 0, length, true);
        return found == SliceMap.ABSENT ? wildcard : hosts[found];
    }

    /** Length without port; colons inside the brackets of an IPv6 address are none. */
    private static int hostLength(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon > authority.lastIndexOf(']') ? colon : authority.length();
    }

    private static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
    }
}
