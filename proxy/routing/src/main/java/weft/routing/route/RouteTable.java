package weft.routing.route;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Virtual hosts by domain: exact, then longest {@code *.suffix}, then {@code *}. Immutable.
 *
 * <p>Once a virtual host is chosen there is no way back to a less specific one.
 */
public final class RouteTable {
    private final List<VirtualHost> virtualHosts;
    private final HostIndex index;

    public RouteTable(List<VirtualHost> virtualHosts) {
        this.virtualHosts = List.copyOf(virtualHosts);
        this.index = new HostIndex(this.virtualHosts);
    }

    public List<VirtualHost> virtualHosts() {
        return virtualHosts;
    }

    /** The virtual host for an authority, whose port and case are ignored, or null: then the answer is 404 NR. */
    public @Nullable VirtualHost virtualHost(String authority) {
        return index.find(authority);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RouteTable that && virtualHosts.equals(that.virtualHosts);
    }

    @Override
    public int hashCode() {
        return virtualHosts.hashCode();
    }

    @Override
    public String toString() {
        return "RouteTable" + virtualHosts;
    }
}
