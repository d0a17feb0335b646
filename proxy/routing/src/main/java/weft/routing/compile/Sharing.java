package weft.routing.compile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import weft.routing.cluster.Cluster;
import weft.routing.persistent.ShardedMap;
import weft.routing.route.RouteTable;
import weft.routing.snapshot.Listener;
import weft.routing.snapshot.ProxySnapshot;

/**
 * Takes over from the previous snapshot what is equal in the new one. Confined to one compilation.
 *
 * <p>State beside the configuration is keyed by it, and a second index of the same routes would only cost memory.
 */
final class Sharing {
    private final ProxySnapshot previous;
    private final Map<String, Listener> listeners = new HashMap<>();

    Sharing(ProxySnapshot previous) {
        this.previous = previous;
        for (Listener listener : previous.listeners()) {
            listeners.put(listener.name(), listener);
        }
    }

    List<Listener> listeners(List<Listener> compiled) {
        List<Listener> shared = new ArrayList<>();
        for (Listener listener : compiled) {
            Listener old = listeners.get(listener.name());
            shared.add(old == null ? listener : listener(listener, old));
        }
        return shared;
    }

    private static Listener listener(Listener listener, Listener old) {
        Map<Integer, RouteTable> tables = new HashMap<>();
        listener.routesByPort().forEach((port, table) -> {
            RouteTable before = old.routesByPort().get(port);
            tables.put(port, before == null ? table : table.sharing(before));
        });
        Listener merged = new Listener(
                listener.name(),
                listener.address(),
                listener.port(),
                listener.direction(),
                tables,
                listener.filterChains());
        return merged.equals(old) ? old : merged;
    }

    ShardedMap<String, Cluster> clusters(Map<String, Cluster> compiled) {
        ShardedMap.Editor<String, Cluster> shared =
                ShardedMap.copyOf(previous.clusters()).edit();
        ShardedMap.differences(previous.clusters(), compiled, (name, before, now) -> {
            if (now == null) {
                shared.remove(name);
            } else {
                shared.put(name, now);
            }
        });
        return shared.done();
    }
}
