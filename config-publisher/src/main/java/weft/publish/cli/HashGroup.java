package weft.publish.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import weft.schema.ProxyStatus;

/**
 * Live proxies that serve the same rules, proven by the hash of their tables. Immutable.
 *
 * @param lowest revision that one of them reports, and {@code highest}: bundles may differ where rules do not
 */
record HashGroup(String hash, long lowest, long highest, List<String> proxies) {
    private static final int HASH_SHOWN = 12;
    private static final int NAMES_SHOWN = 5;

    HashGroup {
        proxies = List.copyOf(proxies);
    }

    /** The largest group first. */
    static List<HashGroup> of(List<ProxyStatus> live) {
        Map<String, List<ProxyStatus>> byHash = new TreeMap<>();
        live.forEach(status -> byHash.computeIfAbsent(status.getTableHash(), any -> new ArrayList<>())
                .add(status));
        return byHash.entrySet().stream()
                .map(entry -> of(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparingInt((HashGroup group) -> -group.proxies.size()))
                .toList();
    }

    private static HashGroup of(String hash, List<ProxyStatus> proxies) {
        return new HashGroup(
                hash,
                proxies.stream()
                        .mapToLong(ProxyStatus::getAppliedRevision)
                        .min()
                        .orElse(0),
                proxies.stream()
                        .mapToLong(ProxyStatus::getAppliedRevision)
                        .max()
                        .orElse(0),
                proxies.stream().map(ProxyStatus::getProxyId).sorted().toList());
    }

    static String shortened(String hash) {
        return hash.isEmpty() ? "-" : hash.substring(0, Math.min(HASH_SHOWN, hash.length()));
    }

    String revisions() {
        return lowest == highest ? String.valueOf(lowest) : lowest + " to " + highest;
    }

    String names() {
        String shown = String.join(", ", proxies.subList(0, Math.min(NAMES_SHOWN, proxies.size())));
        int more = proxies.size() - NAMES_SHOWN;
        return more > 0 ? shown + ", " + more + " more" : shown;
    }
}
