package weft.routing.route;

import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Virtual hosts by domain: exact, then the longest {@code *suffix}, then {@code *}. Immutable; lookups allocate nothing.
 *
 * <p>Names hash from their end, so that one pass over a host gives the hash of each suffix and of the whole. Exact names
 * lie in many small maps, chosen by that hash, of which the next version of an index makes anew only those that changed.
 */
final class HostIndex {
    private static final int MOST_PER_SHARD = 128;

    private final int size;
    private final SliceMap[] exact;

    /** By shard and slot. */
    private final VirtualHost[][] exactHosts;

    private final SliceMap suffixes;

    /** By slot. */
    private final VirtualHost[] suffixHosts;

    /** By length: which characters suffixes of it begin with, one bit for each 64th; a dot most often, if any. */
    private final long[] suffixBegins;

    private final @Nullable VirtualHost any;

    /** A domain that several virtual hosts claim belongs to the first. */
    HostIndex(Collection<VirtualHost> hosts) {
        this(owners(hosts));
    }

    private HostIndex(Map<String, VirtualHost> byDomain) {
        int shards = 1;
        while (byDomain.size() > shards * MOST_PER_SHARD) {
            shards <<= 1;
        }
        Map<Integer, Map<String, VirtualHost>> names = new HashMap<>();
        Map<String, VirtualHost> wildcards = new HashMap<>();
        for (Map.Entry<String, VirtualHost> entry : byDomain.entrySet()) {
            String name = entry.getKey();
            if (isWildcard(name)) {
                wildcards.put(name, entry.getValue());
            } else {
                names.computeIfAbsent(shard(hash(name), shards), key -> new HashMap<>())
                        .put(name, entry.getValue());
            }
        }
        size = byDomain.size();
        exact = new SliceMap[shards];
        exactHosts = new VirtualHost[shards][];
        for (int i = 0; i < shards; i++) {
            fill(i, names.getOrDefault(i, Map.of()));
        }
        any = wildcards.remove("*");
        Map<String, VirtualHost> bySuffix = new HashMap<>();
        wildcards.forEach((name, host) -> bySuffix.put(name.substring(1), host));
        suffixes = names(bySuffix);
        suffixHosts = hosts(suffixes, bySuffix);
        suffixBegins = begins(bySuffix.keySet());
    }

    /** The next version, where only some exact names differ. */
    private HostIndex(HostIndex base, int size, Map<Integer, Map<String, VirtualHost>> shards) {
        this.size = size;
        exact = base.exact.clone();
        exactHosts = base.exactHosts.clone();
        shards.forEach(this::fill);
        suffixes = base.suffixes;
        suffixHosts = base.suffixHosts;
        suffixBegins = base.suffixBegins;
        any = base.any;
    }

    private void fill(int shard, Map<String, VirtualHost> names) {
        exact[shard] = names(names);
        exactHosts[shard] = hosts(exact[shard], names);
    }

    private static SliceMap names(Map<String, VirtualHost> byName) {
        Map<String, Integer> names = new HashMap<>();
        byName.keySet().forEach(name -> names.put(name, 0));
        return new SliceMap(names, HostIndex::hash);
    }

    private static VirtualHost[] hosts(SliceMap names, Map<String, VirtualHost> byName) {
        VirtualHost[] hosts = new VirtualHost[names.capacity()];
        names.forEach((name, slot) -> hosts[slot] = byName.get(name));
        return hosts;
    }

    /** The next version, where only some exact names lead to other virtual hosts: the commonest. */
    private HostIndex(HostIndex base, Map<String, VirtualHost> changed) {
        size = base.size;
        exact = base.exact;
        exactHosts = base.exactHosts.clone();
        suffixes = base.suffixes;
        suffixHosts = base.suffixHosts;
        suffixBegins = base.suffixBegins;
        any = base.any;
        changed.forEach((name, host) -> {
            int hash = hash(name);
            int shard = shard(hash, exact.length);
            exactHosts[shard] = exactHosts[shard].clone();
            exactHosts[shard][exact[shard].slot(hash, name, 0, name.length(), false)] = host;
        });
    }

    private static Map<String, VirtualHost> owners(Collection<VirtualHost> hosts) {
        Map<String, VirtualHost> byDomain = new HashMap<>();
        for (VirtualHost host : hosts) {
            host.domains().forEach(domain -> byDomain.putIfAbsent(domain.toLowerCase(Locale.ROOT), host));
        }
        return byDomain;
    }

    private static long[] begins(Collection<String> suffixes) {
        int longest = suffixes.stream().mapToInt(String::length).max().orElse(0);
        long[] begins = new long[longest + 1];
        suffixes.forEach(suffix -> begins[suffix.length()] |= 1L << suffix.charAt(0));
        return begins;
    }

    /**
     * The index with some virtual hosts taken out and others put in.
     *
     * <p>No two of them may claim the same domain, before or after.
     */
    HostIndex with(Collection<VirtualHost> gone, Collection<VirtualHost> come) {
        Map<String, VirtualHost> added = owners(come);
        Map<String, VirtualHost> removed = owners(gone);
        if (added.keySet().equals(removed.keySet()) && !hasWildcard(added)) {
            return new HostIndex(this, added);
        }
        boolean isLarge = size + added.size() > 2 * MOST_PER_SHARD * exact.length;
        if (isLarge || hasWildcard(added) || hasWildcard(removed)) {
            Map<String, VirtualHost> all = all();
            all.keySet().removeAll(removed.keySet());
            all.putAll(added);
            return new HostIndex(all);
        }
        Map<Integer, Map<String, VirtualHost>> shards = new TreeMap<>();
        removed.forEach((name, host) -> shard(name, shards).remove(name));
        added.forEach((name, host) -> shard(name, shards).put(name, host));
        int now = size;
        for (Map.Entry<Integer, Map<String, VirtualHost>> shard : shards.entrySet()) {
            now += shard.getValue().size() - exactHosts[shard.getKey()].length;
        }
        return new HostIndex(this, now, shards);
    }

    private Map<String, VirtualHost> shard(String name, Map<Integer, Map<String, VirtualHost>> shards) {
        return shards.computeIfAbsent(shard(hash(name), exact.length), number -> {
            Map<String, VirtualHost> names = new HashMap<>();
            addAll(exact[number], exactHosts[number], "", names);
            return names;
        });
    }

    private Map<String, VirtualHost> all() {
        Map<String, VirtualHost> all = new HashMap<>();
        for (int i = 0; i < exact.length; i++) {
            addAll(exact[i], exactHosts[i], "", all);
        }
        addAll(suffixes, suffixHosts, "*", all);
        if (any != null) {
            all.put("*", any);
        }
        return all;
    }

    private static void addAll(SliceMap names, VirtualHost[] hosts, String before, Map<String, VirtualHost> to) {
        names.forEach((name, slot) -> to.put(before + name, hosts[slot]));
    }

    private static boolean isWildcard(String name) {
        return name.startsWith("*");
    }

    private static boolean hasWildcard(Map<String, VirtualHost> byDomain) {
        return byDomain.keySet().stream().anyMatch(HostIndex::isWildcard);
    }

    private static int shard(int hash, int shards) {
        // The high bits: maps find their slots by the low ones.
        return SliceMap.spread(hash) >>> 1 >>> Integer.SIZE - 1 - Integer.numberOfTrailingZeros(shards);
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
            char c = SliceMap.lower(authority.charAt(i));
            hash = hash * 31 + c;
            int suffix = length - i;
            // A wildcard stands for one character at least, so that the whole host is never a suffix.
            if (suffix < suffixBegins.length && (suffixBegins[suffix] >>> c & 1) != 0 && i > 0) {
                int found = suffixes.slot(hash, authority, i, suffix, true);
                wildcard = found == SliceMap.ABSENT ? wildcard : suffixHosts[found];
            }
        }
        int shard = shard(hash, exact.length);
        int found = exact[shard].slot(hash, authority, 0, length, true);
        return found == SliceMap.ABSENT ? wildcard : exactHosts[shard][found];
    }

    /** Length without port; colons inside the brackets of an IPv6 address are none. */
    private static int hostLength(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon > authority.lastIndexOf(']') ? colon : authority.length();
    }
}
