package weft.routing.route;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import weft.routing.persistent.ShardedMap;

/**
 * Virtual hosts by domain: exact, then longest {@code *.suffix}, then {@code *}. Immutable.
 *
 * <p>Once a virtual host is chosen there is no way back to a less specific one.
 */
public final class RouteTable {
    private final ShardedMap<String, VirtualHost> byName;
    private final HostIndex index;

    /** Of virtual hosts of one name, as of one domain, the first counts. */
    public RouteTable(List<VirtualHost> virtualHosts) {
        Map<String, VirtualHost> named = new LinkedHashMap<>();
        virtualHosts.forEach(host -> named.putIfAbsent(host.name(), host));
        byName = ShardedMap.copyOf(named);
        index = new HostIndex(named.values());
    }

    private RouteTable(ShardedMap<String, VirtualHost> byName, HostIndex index) {
        this.byName = byName;
        this.index = index;
    }

    /** In order of their names. */
    public List<VirtualHost> virtualHosts() {
        return byName.values().stream()
                .sorted(Comparator.comparing(VirtualHost::name))
                .toList();
    }

    public boolean isEmpty() {
        return byName.isEmpty();
    }

    public @Nullable VirtualHost named(String name) {
        return byName.get(name);
    }

    /**
     * The table with some virtual hosts put in the place of those of their names; all others are shared.
     *
     * @param changes by name, null for one that goes; no two virtual hosts may have a domain in common
     */
    public RouteTable with(Map<String, @Nullable VirtualHost> changes) {
        List<VirtualHost> gone = new ArrayList<>();
        List<VirtualHost> come = new ArrayList<>();
        ShardedMap.Editor<String, VirtualHost> editor = byName.edit();
        changes.forEach((name, host) -> {
            VirtualHost old = byName.get(name);
            if (Objects.equals(old, host)) {
                return;
            }
            if (old != null) {
                gone.add(old);
            }
            if (host == null) {
                editor.remove(name);
            } else {
                come.add(host);
                editor.put(name, host);
            }
        });
        return gone.isEmpty() && come.isEmpty() ? this : new RouteTable(editor.done(), index.with(gone, come));
    }

    /** This table, with the virtual hosts of an older one where they are equal. */
    public RouteTable sharing(RouteTable old) {
        Map<String, @Nullable VirtualHost> changes = new HashMap<>();
        ShardedMap.differences(old.byName, byName, (name, before, now) -> changes.put(name, now));
        return old.with(changes);
    }

    /** The virtual host for an authority, whose port and case are ignored, or null: then the answer is 404 NR. */
    public @Nullable VirtualHost virtualHost(String authority) {
        return index.find(authority);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RouteTable that && byName.equals(that.byName);
    }

    @Override
    public int hashCode() {
        return byName.hashCode();
    }

    @Override
    public String toString() {
        return "RouteTable" + virtualHosts();
    }
}
