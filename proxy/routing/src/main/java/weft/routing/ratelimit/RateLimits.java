package weft.routing.ratelimit;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weft.routing.host.HostNames;
import weft.routing.http.Authority;

/**
 * Every limit that concerns one proxy, by the listener that requests come in at. Immutable.
 *
 * @param byListener names of listeners; the policies of the mesh first, then those of a namespace, then of workloads
 * @param isOfServices some policy is attached to a service, so that what services exist decides where limits are
 */
public record RateLimits(Map<String, List<Bound>> byListener, boolean isOfServices) {
    public static final RateLimits NONE = new RateLimits(Map.of(), false);

    /** The port of a limit that counts requests to every port of its listener. */
    public static final int ANY_PORT = 0;

    /**
     * A limit on one listener.
     *
     * @param port that redirected connections meant, or {@link #ANY_PORT}
     * @param hosts that the limit is for, or null for all
     */
    public record Bound(RateLimit limit, int port, @Nullable Hosts hosts) {

        /** Whether requests for this authority, by a connection meant for this port, are counted if they match. */
        public boolean covers(String authority, int meantPort) {
            return (port == ANY_PORT || port == meantPort) && (hosts == null || hosts.contain(authority));
        }
    }

    /**
     * The hosts of one Gateway on a port that it may share with others: the most specific host decides whose a request is.
     *
     * @param own of the Gateway, in lower case
     * @param others of all other Gateways there
     */
    public record Hosts(List<String> own, List<String> others) {
        public Hosts {
            own = List.copyOf(own);
            others = List.copyOf(others);
        }

        boolean contain(String authority) {
            String host = Authority.host(authority).toLowerCase(Locale.ROOT);
            String best = HostNames.mostSpecificMatch(host, own);
            if (best == null || others.isEmpty()) {
                return best != null;
            }
            String rival = HostNames.mostSpecificMatch(host, others);
            return rival == null || !HostNames.isMoreSpecific(rival, best);
        }
    }

    public RateLimits {
        byListener = Map.copyOf(byListener);
    }

    /** The limits of requests that come in at this listener. */
    public List<Bound> of(String listener) {
        return byListener.getOrDefault(listener, List.of());
    }

    /** Every limit, once each. */
    public List<RateLimit> all() {
        List<RateLimit> all = new ArrayList<>();
        byListener
                .values()
                .forEach(list -> list.forEach(bound -> {
                    if (!all.contains(bound.limit())) {
                        all.add(bound.limit());
                    }
                }));
        return all;
    }
}
