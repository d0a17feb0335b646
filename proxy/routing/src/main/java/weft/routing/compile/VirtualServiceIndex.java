package weft.routing.compile;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import weft.routing.host.HostNames;
import weft.routing.host.WildcardIndex;

/** VirtualServices by their hosts, so that those of one service are found without a look at all. Immutable. */
final class VirtualServiceIndex {
    private final List<VirtualServiceView> inOrder;
    private final Map<String, List<Integer>> positions = new HashMap<>();
    private final WildcardIndex wildcards;

    /** @param inOrder in order of precedence */
    VirtualServiceIndex(List<VirtualServiceView> inOrder) {
        this.inOrder = inOrder;
        for (int i = 0; i < inOrder.size(); i++) {
            for (String host : inOrder.get(i).hosts()) {
                positions.computeIfAbsent(host, key -> new ArrayList<>(1)).add(i);
            }
        }
        wildcards = new WildcardIndex(positions.keySet());
    }

    WildcardIndex wildcards() {
        return wildcards;
    }

    /** The one that a service takes by a wildcard: none when it is named by itself. */
    @Nullable
    VirtualServiceView byWildcard(String service) {
        List<String> containing = wildcards.containing(service);
        boolean isNamed = !HostNames.isWildcard(service) && positions.containsKey(service);
        return containing.isEmpty() || isNamed
                ? null
                : inOrder.get(at(containing.get(0)).get(0));
    }

    /** Those with a host that has some name in common with this one, in order of precedence. */
    List<VirtualServiceView> overlapping(String host) {
        if (HostNames.isWildcard(host)) {
            // Rare: a service that is a wildcard itself.
            return inOrder.stream()
                    .filter(service -> service.hosts().stream().anyMatch(other -> HostNames.overlap(host, other)))
                    .toList();
        }
        return at(positions(host, new TreeSet<>()));
    }

    /** Those that may route one of these services, in order of precedence; perhaps some more. */
    List<VirtualServiceView> candidates(Collection<String> services) {
        TreeSet<Integer> found = new TreeSet<>();
        for (String service : services) {
            if (HostNames.isWildcard(service)) {
                return inOrder;
            }
            positions(service, found);
        }
        return at(found);
    }

    private TreeSet<Integer> positions(String plain, TreeSet<Integer> to) {
        to.addAll(at(plain));
        wildcards.containing(plain).forEach(wildcard -> to.addAll(at(wildcard)));
        return to;
    }

    private List<Integer> at(String host) {
        return positions.getOrDefault(host, List.of());
    }

    private List<VirtualServiceView> at(TreeSet<Integer> found) {
        return found.stream().map(inOrder::get).toList();
    }
}
