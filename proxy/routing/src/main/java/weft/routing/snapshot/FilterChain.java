package weft.routing.snapshot;

import org.jspecify.annotations.Nullable;

/**
 * What happens to the connections that a match takes. Immutable.
 *
 * @param tls how the proxy ends TLS before the filter sees bytes, or null when it leaves the bytes as they are
 */
public record FilterChain(
        String name, FilterChainMatch match, @Nullable ServerTls tls, NetworkFilter filter) {}
