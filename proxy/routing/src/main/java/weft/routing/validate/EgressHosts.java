package weft.routing.validate;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Hosts of an egress listener that say the same twice. Thread-safe: functions only. */
final class EgressHosts {
    private static final String ANY = "*";

    private EgressHosts() {}

    static void check(String namespace, List<String> hosts, Problems problems) {
        Map<String, Set<String>> byNamespace = new HashMap<>();
        for (int i = 0; i < hosts.size(); i++) {
            String[] parts = hosts.get(i).split("/", 2);
            if (parts.length < 2 || parts[0].startsWith("~")) {
                continue;
            }
            Set<String> seen =
                    byNamespace.computeIfAbsent(parts[0].equals(".") ? namespace : parts[0], name -> new HashSet<>());
            boolean isCovered = parts[1].equals(ANY) ? !seen.isEmpty() : seen.contains(ANY) || seen.contains(parts[1]);
            if (isCovered) {
                problems.at("hosts", i).warning("\"" + hosts.get(i) + "\" overlaps one before it");
            }
            seen.add(parts[1]);
        }
        boolean all = byNamespace.getOrDefault(ANY, Set.of()).contains(ANY);
        if (all && byNamespace.size() > 1) {
            problems.at("hosts").warning("\"*/*\" takes all; the others say nothing");
        }
    }
}
