package weft.routing.snapshot;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import weft.routing.snapshot.FilterChain.Application;

/**
 * Picks the filter chain of a connection, as Envoy does. Immutable.
 *
 * <p>One criterion after the other narrows the choice: destination port, then the most specific address block, then the
 * server name (exact, then the longest {@code *.suffix}, then none), then TLS or not. A step never goes back: when the
 * block that was chosen knows no such server name, no wider block is asked.
 */
public final class FilterChains {
    private static final int ANY_NAME = 0;
    private static final int NOT_NAMED = -1;

    private static final int ANY_PORT = 0;

    private final List<FilterChain> chains;
    /* A sidecar has chains for each port of each service: the port alone leaves few of them. */
    private final Map<Integer, List<FilterChain>> byPort;

    public FilterChains(List<FilterChain> chains) {
        this.chains = List.copyOf(chains);
        byPort = this.chains.stream()
                .collect(Collectors.groupingBy(chain -> chain.match().destinationPort()));
    }

    public List<FilterChain> chains() {
        return chains;
    }

    /**
     * The chain for a connection, or null: then it is closed, with the flag NR.
     *
     * @param address the client addressed, 4 or 16 bytes; null when it is not known
     * @param serverName of the ClientHello, or null
     * @param isTls whether the connection opens with a ClientHello
     */
    public @Nullable FilterChain select(
            byte @Nullable [] address, int port, @Nullable String serverName, boolean isTls) {
        List<FilterChain> left = inReach(address, port);
        String name = serverName == null ? "" : serverName.toLowerCase(Locale.ROOT);
        left = best(left, chain -> name(chain.match(), name, isTls));
        left = best(left, chain -> transport(chain.match(), isTls));
        return left.isEmpty() ? null : left.get(0);
    }

    /** What connections to this address and port carry, as the chains in reach declare it. */
    public Application application(byte @Nullable [] address, int port) {
        Application first = Application.UNKNOWN;
        for (FilterChain chain : inReach(address, port)) {
            if (chain.application().compareTo(first) < 0) {
                first = chain.application();
            }
        }
        return first;
    }

    /** Whether the choice among the chains for this address and port depends on what a TLS client says first. */
    public boolean needClientHello(byte @Nullable [] address, int port) {
        for (FilterChain chain : inReach(address, port)) {
            if (chain.match().tls() || !chain.match().serverNames().isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private List<FilterChain> inReach(byte @Nullable [] address, int port) {
        List<FilterChain> own = byPort.get(port);
        List<FilterChain> left = own != null ? own : byPort.getOrDefault(ANY_PORT, List.of());
        return best(left, chain -> block(chain.match(), address));
    }

    /** How closely a chain fits; negative when it does not. */
    private interface Fit {
        int of(FilterChain chain);
    }

    private static List<FilterChain> best(List<FilterChain> chains, Fit fit) {
        List<FilterChain> best = new ArrayList<>();
        int most = 0;
        for (FilterChain chain : chains) {
            int rank = fit.of(chain);
            if (rank > most) {
                best.clear();
                most = rank;
            }
            if (rank == most) {
                best.add(chain);
            }
        }
        return best;
    }

    private static int block(FilterChainMatch match, byte @Nullable [] address) {
        if (match.destinations().isEmpty()) {
            return 0;
        }
        int best = NOT_NAMED;
        for (CidrRange range : match.destinations()) {
            if (address != null && range.contains(address)) {
                best = Math.max(best, 1 + range.prefixLength());
            }
        }
        return best;
    }

    private static int name(FilterChainMatch match, String name, boolean isTls) {
        if (match.serverNames().isEmpty()) {
            return ANY_NAME;
        }
        int best = NOT_NAMED;
        for (String wanted : match.serverNames()) {
            if (wanted.equals(name) && isTls) {
                return Integer.MAX_VALUE;
            }
            boolean fits = wanted.equals("*")
                    ? isTls
                    : wanted.startsWith("*.")
                            && name.length() >= wanted.length()
                            && name.regionMatches(name.length() - wanted.length() + 1, wanted, 1, wanted.length() - 1);
            if (fits) {
                best = Math.max(best, wanted.equals("*") ? ANY_NAME : wanted.length());
            }
        }
        return best;
    }

    private static int transport(FilterChainMatch match, boolean isTls) {
        if (match.tls()) {
            return isTls ? 1 : NOT_NAMED;
        }
        return 0;
    }
}
