package weft.routing.snapshot;

import java.util.List;

/**
 * Which connections a filter chain takes. Immutable.
 *
 * @param destinationPort the port the client addressed; 0 for any
 * @param destinations blocks one of which holds the address the client addressed; empty for any
 * @param serverNames lower-case SNI names, exact or {@code *.suffix}; empty for any
 * @param tls whether the connection must open with a TLS ClientHello
 */
public record FilterChainMatch(
        int destinationPort, List<CidrRange> destinations, List<String> serverNames, boolean tls) {
    public static final FilterChainMatch ANY = new FilterChainMatch(0, List.of(), List.of(), false);

    public FilterChainMatch {
        destinations = List.copyOf(destinations);
        serverNames = List.copyOf(serverNames);
    }
}
