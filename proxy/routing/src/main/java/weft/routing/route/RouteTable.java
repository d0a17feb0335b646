package weft.routing.route;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Virtual hosts by domain: exact, then longest {@code *.suffix}, then {@code *}. Immutable.
 *
 * <p>Once a virtual host is chosen there is no way back to a less specific one.
 */
public final class RouteTable {
    private final List<VirtualHost> virtualHosts;
    private final Map<String, VirtualHost> byDomain = new HashMap<>();

    public RouteTable(List<VirtualHost> virtualHosts) {
        this.virtualHosts = List.copyOf(virtualHosts);
        for (VirtualHost host : virtualHosts) {
            for (String domain : host.domains()) {
                byDomain.putIfAbsent(domain, host);
            }
        }
    }

    public List<VirtualHost> virtualHosts() {
        return virtualHosts;
    }

    /** The virtual host for an authority, whose port is ignored, or null: then the answer is 404 NR. */
    public @Nullable VirtualHost virtualHost(String authority) {
        int colon = authority.lastIndexOf(':');
        String host = (colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority)
                .toLowerCase(Locale.ROOT);
        VirtualHost exact = byDomain.get(host);
        if (exact != null) {
            return exact;
        }
        for (int dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
            VirtualHost suffix = byDomain.get("*" + host.substring(dot));
            if (suffix != null && dot > 0) {
                return suffix;
            }
        }
        return byDomain.get("*");
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RouteTable that && virtualHosts.equals(that.virtualHosts);
    }

    @Override
    public int hashCode() {
        return virtualHosts.hashCode();
    }
}
